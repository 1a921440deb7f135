internal import Files

/// What Git's configuration says about signatures.
struct SigningSettings {
  private let configuration: GitConfiguration
  private let environment: GitEnvironment

  init(_ configuration: GitConfiguration, _ environment: GitEnvironment) {
    self.configuration = configuration
    self.environment = environment
  }

  /// Whether commits are signed unless somebody says otherwise.
  func signsCommits() throws(SigningError) -> Bool { try isSet("commit.gpgSign") }

  /// Whether tags are signed.
  func signsTags() throws(SigningError) -> Bool { try isSet("tag.gpgSign") }

  /// Whether those are that have a message.
  func signsAnnotatedTags() throws(SigningError) -> Bool {
    let isForced = try isSet("tag.forceSignAnnotated")
    return try signsTags() || isForced
  }

  /// A truth value. What cannot be read must not count as no: nothing would be signed.
  private func isSet(_ name: String) throws(SigningError) -> Bool {
    guard let text = configuration.value(name) else { return false }
    guard let truth = GitConfiguration.truth(text) else { throw .badTruth(name, found: text) }
    return truth
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

  /// How far a key is trusted, as GnuPG's status lines and Git's setting name it.
  enum Trust: Int, Comparable {
    case undefined, never, marginal, fully, ultimate

    init?(_ name: some StringProtocol) {
      switch name.lowercased() {
      case "undefined": self = .undefined
      case "never": self = .never
      case "marginal": self = .marginal
      case "fully": self = .fully
      case "ultimate": self = .ultimate
      default: return nil
      }
    }

    static func < (one: Trust, other: Trust) -> Bool { one.rawValue < other.rawValue }
  }

  /// The trust that a signature's key needs (`gpg.minTrustLevel`); of a word that Git does not know, the most.
  var leastTrust: Trust {
    configuration.value("gpg.mintrustlevel").map { Trust($0) ?? .ultimate } ?? .undefined
  }

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
  /// A truth value as Git reads it; `nil` for what it does not take for one.
  static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on": true
    case "false", "no", "off", "": false
    case let digits:
      GitInteger.parse(digits.hasPrefix("-") ? String(digits.dropFirst()) : digits)
        .map { $0 != 0 }
    }
  }

  /// Whether a value is there and true.
  static func isTrue(_ text: String?) -> Bool { text.flatMap(truth) ?? false }
}
