internal import Files
internal import Glibc

extension EditRepository {
  /// Checks the signature of a commit as `git verify-commit` does, with the same programs and settings.
  ///
  /// SSH keys are looked up in `gpg.ssh.allowedSignersFile` as of the commit's time.
  /// - Throws: what the store throws for a commit that cannot be read, and
  ///   ``SigningError/noTemporaryFiles(directory:reason:)``. A program that is missing is a verdict.
  package func verifySignature(of commit: ObjectID) throws -> SignatureVerdict {
    let bytes = try database.read(commit, as: .commit, limit: CommitObject.byteLimit)
    guard let signature = CommitSignature(in: bytes) else { return .unsigned }
    let time = CommitObject(parsing: bytes)?.committer.time.seconds
    return try SignatureCheck(
      SigningSettings(try configuration(), environment), environment, signature, time: time
    ).verdict()
  }
}

/// The check of one signature.
struct SignatureCheck {
  private let settings: SigningSettings
  private let environment: GitEnvironment
  private let signature: CommitSignature
  private let time: Int64?

  init(
    _ settings: SigningSettings, _ environment: GitEnvironment, _ signature: CommitSignature,
    time: Int64?
  ) {
    self.settings = settings
    self.environment = environment
    self.signature = signature
    self.time = time
  }

  func verdict() throws -> SignatureVerdict {
    guard let format = SignatureFormat(of: signature.text) else {
      return SignatureVerdict(
        status: .notChecked, format: nil, principal: nil, key: nil,
        detail: "a signature of a kind that Git does not know")
    }
    let program: String
    do { program = try settings.program(for: format) } catch {
      return SignatureVerdict(
        status: .notChecked, format: format, principal: nil, key: nil,
        detail: "\(format.program) is not there to tell")
    }
    let files = try SigningFiles(environment)
    // The program reads them after their last use here.
    defer { withExtendedLifetime(files) {} }
    let paths = (
      signature: try files.write(Array(signature.text.utf8), to: "signature"),
      payload: try files.write(signature.payload, to: "commit")
    )
    switch format {
    case .ssh: return ssh(program, paths.signature, paths.payload)
    case .openpgp, .x509: return gpg(format, program, paths.signature, paths.payload)
    }
  }

  // MARK: SSH

  private func ssh(_ program: String, _ file: String, _ payload: String) -> SignatureVerdict {
    let when = time.map { ["-Overify-time=\(Self.localTime($0))"] } ?? []
    let check = ["-n", "git", "-s", file] + when
    if let allowed = settings.allowedSigners, ChildProgram.isReadable(allowed) {
      let found = run(program, ["-Y", "find-principals", "-f", allowed, "-s", file] + when)
      let names = found.status == 0 ? found.lines : []
      let revoked = settings.revocations.map { ["-r", $0] } ?? []
      var last: Answer?
      for name in names {
        let answer = run(
          program, ["-Y", "verify", "-f", allowed, "-I", name] + check + revoked, input: payload)
        if answer.status == 0, let good = Self.good(answer) {
          return SignatureVerdict(
            status: .good, format: .ssh, principal: name, key: good.key, detail: good.line)
        }
        last = answer
      }
      if let last {
        return SignatureVerdict(
          status: .bad, format: .ssh, principal: names.first, key: nil, detail: last.summary)
      }
    }
    let answer = run(program, ["-Y", "check-novalidate"] + check, input: payload)
    guard answer.status == 0, let good = Self.good(answer) else {
      return SignatureVerdict(
        status: .bad, format: .ssh, principal: nil, key: nil, detail: answer.summary)
    }
    return SignatureVerdict(
      status: .unknownKey, format: .ssh, principal: nil, key: good.key,
      detail: settings.allowedSigners == nil
        ? "\(good.line); gpg.ssh.allowedSignersFile is not set" : good.line)
  }

  /// `Good "git" signature for PRINCIPAL with ED25519 key SHA256:…`
  private static func good(_ answer: Answer) -> (line: String, key: String?)? {
    guard let line = answer.lines.first(where: { $0.hasPrefix("Good ") }) else { return nil }
    return (line, line.split(separator: " ").last.map(String.init))
  }

  /// Seconds since 1970 as ssh-keygen reads times: `YYYYMMDDHHMMSS` of this place.
  private static func localTime(_ seconds: Int64) -> String {
    var moment = time_t(seconds)
    var parts = tm()
    localtime_r(&moment, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(parts.tm_year + 1900)" + two(parts.tm_mon + 1) + two(parts.tm_mday)
      + two(parts.tm_hour) + two(parts.tm_min) + two(parts.tm_sec)
  }

  // MARK: OpenPGP and X.509

  private func gpg(
    _ format: SignatureFormat, _ program: String, _ file: String, _ payload: String
  ) -> SignatureVerdict {
    let long = format == .openpgp ? ["--keyid-format=long"] : []
    let answer = run(program, ["--status-fd=1"] + long + ["--verify", file, payload])
    let words = answer.lines.filter { $0.hasPrefix("[GNUPG:] ") }
      .map { $0.dropFirst("[GNUPG:] ".count).split(separator: " ").map(String.init) }
    func entry(_ name: String) -> [String]? { words.first { $0.first == name } }
    func verdict(_ status: SignatureVerdict.Status, _ entry: [String], _ what: String)
      -> SignatureVerdict
    {
      let user = entry.dropFirst(2).joined(separator: " ")
      return SignatureVerdict(
        status: status, format: format, principal: user.isEmpty ? nil : user,
        key: entry.dropFirst().first, detail: what)
    }
    if let found = entry("BADSIG") { return verdict(.bad, found, "it does not fit the commit") }
    if let found = entry("EXPSIG") { return verdict(.bad, found, "it has expired") }
    if let found = entry("EXPKEYSIG") { return verdict(.bad, found, "its key has expired") }
    if let found = entry("REVKEYSIG") { return verdict(.bad, found, "its key was revoked") }
    if let found = entry("GOODSIG") {
      let trust = words.compactMap(\.first).first { $0.hasPrefix("TRUST_") }
        .flatMap { SigningSettings.Trust($0.dropFirst("TRUST_".count)) }
      if let trust, trust <= .never {
        return verdict(.unknownKey, found, "the key is in the ring, and nobody vouches for it")
      }
      return trust ?? .undefined < settings.leastTrust
        ? verdict(.unknownKey, found, "the key is trusted less than gpg.minTrustLevel asks for")
        : verdict(.good, found, "good signature")
    }
    if let found = entry("ERRSIG") ?? entry("NO_PUBKEY") {
      return verdict(.unknownKey, Array(found.prefix(2)), "the key is not in the ring")
    }
    return SignatureVerdict(
      status: .bad, format: format, principal: nil, key: nil, detail: answer.summary)
  }

  // MARK: Programs

  private struct Answer {
    let status: Int32
    let lines: [String]
    let messages: [String]
    var summary: String { messages.last ?? lines.last ?? "the program gave no answer" }
  }

  private func run(_ program: String, _ arguments: [String], input: String? = nil) -> Answer {
    var messages: [String] = []
    let child = ChildProgram(
      path: program, arguments: arguments, environment: environment.variables, input: input)
    let outcome = try? child.run(outputLimit: 1 << 20) {
      if messages.count < 20 { messages.append($0) }
    }
    return Answer(
      status: outcome?.status ?? -1,
      lines: (outcome?.output ?? []).textLines.filter { !$0.isEmpty }, messages: messages)
  }
}
