internal import Files

/// Signs the bytes of commits as `git commit --gpg-sign` would, with the programs that it uses.
struct CommitSigner {
  private let settings: SigningSettings
  private let environment: GitEnvironment
  private let format: SignatureFormat
  private let program: String

  /// Finds program and key. Whether the key can be used shows when it is.
  ///
  /// - Throws: ``SigningError``.
  init(_ settings: SigningSettings, _ environment: GitEnvironment) throws(SigningError) {
    self.settings = settings
    self.environment = environment
    format = try settings.format()
    program = try settings.program(for: format)
    guard format == .ssh else { return }
    guard let key = settings.key else {
      guard settings.keyCommand != nil else { throw .noKey }
      return
    }
    let path = settings.expanded(key)
    guard Self.isLiteral(key) || ChildProgram.isReadable(path) else {
      throw .keyMissing(path: path)
    }
  }

  /// The commit with its signature.
  ///
  /// - Parameter committer: whose OpenPGP key is taken where none is set.
  /// - Throws: ``SigningError``.
  func sign(_ commit: [UInt8], by committer: Signature) throws(SigningError) -> [UInt8] {
    CommitSignature.bytes(of: commit, signed: try signature(of: commit, by: committer))
  }

  /// The armoured signature of some bytes.
  ///
  /// - Throws: ``SigningError``.
  func signature(of bytes: [UInt8], by committer: Signature) throws(SigningError) -> String {
    let files = try SigningFiles(environment)
    // The program reads them after their last use here.
    defer { withExtendedLifetime(files) {} }
    let payload = try files.write(bytes, to: "commit")
    return
      switch format
    {
    case .ssh: try sshSignature(of: payload, files)
    case .openpgp, .x509: try gpgSignature(of: payload, by: committer)
    }
  }

  private func sshSignature(of file: String, _ files: SigningFiles) throws(SigningError) -> String {
    var named = settings.key
    if named == nil { named = try defaultKey() }
    guard let key = named else { throw .noKey }
    var arguments = ["-Y", "sign", "-n", "git", "-f"]
    if Self.isLiteral(key) {
      let text = key.hasPrefix("key::") ? String(key.dropFirst("key::".count)) : key
      arguments += [try files.write(Array((text + "\n").utf8), to: "key.pub"), "-U"]
    } else {
      arguments.append(settings.expanded(key))
    }
    _ = try run(program, arguments + [file])
    do {
      return Self.text(try readFile(file + ".sig", limit: 1 << 20))
    } catch {
      throw .failed(program: program, reason: "it wrote no signature")
    }
  }

  /// Whether this is a public key itself, whose private half ssh-agent has, and not a file.
  private static func isLiteral(_ key: String) -> Bool {
    key.hasPrefix("key::") || key.hasPrefix("ssh-")
  }

  /// The first key that the command writes.
  private func defaultKey() throws(SigningError) -> String? {
    guard let command = settings.keyCommand else { return nil }
    let output = try run("/bin/sh", ["-c", command])
    return output.split(separator: "\n").map(String.init).first(where: Self.isLiteral)
  }

  private func gpgSignature(of file: String, by committer: Signature) throws(SigningError)
    -> String
  {
    let key = settings.key ?? "\(committer.name) <\(committer.email)>"
    let output = try run(program, ["--status-fd=2", "-bsau", key], input: file) {
      $0.hasPrefix("[GNUPG:] ")
    }
    guard SignatureFormat(of: output) == format else {
      throw .failed(program: program, reason: "it wrote no signature")
    }
    return output
  }

  private func run(
    _ program: String, _ arguments: [String], input: String? = nil,
    ignoring isNoise: (String) -> Bool = { _ in false }
  ) throws(SigningError) -> String {
    var messages: [String] = []
    let child = ChildProgram(
      path: program, arguments: arguments, environment: environment.variables, input: input)
    let outcome: ChildProgram.Outcome
    do {
      outcome = try child.run(outputLimit: 1 << 20) {
        if !isNoise($0), messages.count < 20 { messages.append($0) }
      }
    } catch {
      throw .failed(program: program, reason: "it could not be run")
    }
    guard outcome.status == 0 else {
      throw .failed(
        program: program,
        reason: messages.isEmpty ? "status \(outcome.status)" : messages.joined(separator: "; "))
    }
    return Self.text(outcome.output)
  }

  /// What a program wrote, with Git's ends of lines: programs of Windows have others.
  private static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
  }
}
