internal import Files

/// What Git's configuration says about signatures.
struct SigningSettings {
  private let configuration: GitConfiguration
  private let environment: GitEnvironment

  init(_ configuration: GitConfiguration, _ environment: GitEnvironment) {
    self.configuration = configuration
    self.environment = environment
  }

  /// Whether commits are signed unless somebody says otherwise (`commit.gpgSign`).
  var signsCommits: Bool { GitConfiguration.isTrue(configuration.value("commit.gpgsign")) }

  /// Whether tags are signed (`tag.gpgSign`).
  var signsTags: Bool { GitConfiguration.isTrue(configuration.value("tag.gpgsign")) }

  /// Whether those are that have a message (`tag.forceSignAnnotated`).
  var signsAnnotatedTags: Bool {
    signsTags || GitConfiguration.isTrue(configuration.value("tag.forcesignannotated"))
  }

  /// The kind of signatures that are made (`gpg.format`).
  func format() throws(SigningError) -> SignatureFormat {
    guard let text = configuration.value("gpg.format") else { return .openpgp }
    guard let format = SignatureFormat(rawValue: text.lowercased()) else {
      throw .unknownFormat(text)
    }
    return format
  }

  /// The key (`user.signingKey`).
  var key: String? { configuration.value("user.signingkey").flatMap { $0.isEmpty ? nil : $0 } }

  /// A command that names a key where none is set (`gpg.ssh.defaultKeyCommand`).
  var keyCommand: String? { configuration.value("gpg.ssh.defaultkeycommand") }

  /// Who may sign with which key (`gpg.ssh.allowedSignersFile`).
  var allowedSigners: String? { configuration.value("gpg.ssh.allowedsignersfile").map(expanded) }

  /// Keys that count no more (`gpg.ssh.revocationFile`).
  var revocations: String? { configuration.value("gpg.ssh.revocationfile").map(expanded) }

  /// The path of the program for a kind of signatures.
  ///
  /// - Throws: ``SigningError/noProgram(_:)``.
  func program(for format: SignatureFormat) throws(SigningError) -> String {
    let old = format == .openpgp ? configuration.value("gpg.program") : nil
    let name =
      configuration.value("gpg.\(format.rawValue).program") ?? old ?? format.program
    let path = expanded(name)
    if path.contains("/") {
      guard SpawnedProgram.isProgram(path) else { throw .noProgram(path) }
      return path
    }
    guard let found = SpawnedProgram.find(path, path: environment.value("PATH") ?? "/usr/bin:/bin")
    else { throw .noProgram(path) }
    return found
  }

  /// A path as Git reads it: `~/` is the home directory.
  func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = environment.value("HOME") else { return path }
    return home + path.dropFirst()
  }
}

extension GitConfiguration {
  /// A truth value as Git reads it.
  static func isTrue(_ text: String?) -> Bool {
    guard let text = text?.lowercased() else { return false }
    return ["true", "yes", "on", "1"].contains(text) || (Int(text).map { $0 != 0 } ?? false)
  }
}
