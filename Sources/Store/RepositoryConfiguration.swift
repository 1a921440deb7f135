package import Checkpoint
import Files

extension EditRepository {
  /// Where a base was last seen; a local matter, never part of a commit.
  ///
  /// Each base has its own place, so that branches on different bases, and an undo, find theirs. One that has none may be
  /// where the latest was.
  package func baseDirectory(of fingerprint: Digest) throws -> String? {
    let configuration = try configuration()
    return configuration.value(Self.name(of: fingerprint)) ?? configuration.value("emend.base")
  }

  /// Notes where a base is.
  package func setBaseDirectory(_ path: String, of fingerprint: Digest) throws {
    let configuration = try configuration()
    try configuration.setLocal(Self.name(of: fingerprint), to: path)
    try configuration.setLocal("emend.base", to: path)
  }

  /// The SHA-256 of a file that this machine takes for one of a base's, because a user said so; `nil` where nobody did.
  ///
  /// - Parameter digest: of the base's own file.
  package func acceptedDigest(insteadOf digest: Digest) throws -> String? {
    try configuration().value(Self.acceptanceName(of: digest))
  }

  /// Takes a file for one of a base's from now on; with `nil`, only the base's own again. A local matter.
  package func accept(_ found: Digest?, insteadOf digest: Digest) throws {
    let (configuration, name) = (try configuration(), Self.acceptanceName(of: digest))
    if let found {
      try configuration.setLocal(name, to: found.hexadecimal)
    } else {
      try configuration.removeLocal(name)
    }
  }

  private static func acceptanceName(of digest: Digest) -> String {
    "emend.accepted-\(digest.hexadecimal.prefix(16))"
  }

  private static func name(of fingerprint: Digest) -> String {
    "emend.base-\(fingerprint.hexadecimal.prefix(16))"
  }

  /// Makes a setting of this repository.
  package func set(_ name: String, to value: String) throws {
    try configuration().setLocal("emend.\(name)", to: value)
  }

  /// The pager that Git is set to use for a command: whether it is to use one (`pager.NAME`), and which, where one is named.
  package func pager(of command: String) throws -> (isUsed: Bool, program: String?) {
    let configuration = try configuration()
    let core = configuration.value("core.pager")
    guard let own = configuration.value("pager.\(command)") else { return (true, core) }
    switch own.lowercased() {
    case "false", "no", "off", "0", "": return (false, nil)
    case "true", "yes", "on", "1": return (true, core)
    default: return (true, own)
    }
  }

  /// Whether Git is set to use colors (`color.ui`): always, never or, where it is `nil`, as a terminal is there.
  package func usesColors() throws -> Bool? {
    switch try configuration().value("color.ui")?.lowercased() {
    case "always": true
    case "never", "false", "no", "off", "0": false
    default: nil
    }
  }

  /// Sets what Git should know about a repository of payloads that cannot be compressed.
  ///
  /// A clone does not inherit it, so that it is set by whoever makes one. It can be repeated. A bare repository has no log of
  /// its references unless that is set, too.
  func installConfiguration() throws {
    let configuration = try configuration()
    for (name, value) in Self.settings where configuration.value(name) != value {
      try configuration.setLocal(name, to: value)
    }
    let log = configuration.value("core.logAllRefUpdates")
    if log?.lowercased() != "always", !GitConfiguration.isTrue(log) {
      try configuration.setLocal("core.logAllRefUpdates", to: "true")
    }
    try installAttributes()
  }

  /// Adds the lines that are missing.
  private func installAttributes() throws {
    let path = location.gitDirectory + "/info/attributes"
    try makeDirectories(location.gitDirectory + "/info")
    var bytes = try fileKind(at: path) == nil ? [] : readFile(path, limit: 1 << 20)
    let present = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    let missing = Self.attributes.filter { !present.contains($0[...]) }
    guard !missing.isEmpty else { return }
    if !bytes.isEmpty, bytes.last != 10 { bytes.append(10) }
    for line in missing { bytes += Array((line + "\n").utf8) }
    try AtomicFile.write(bytes, to: path)
  }

  /// `git gc` takes 35 times as long without the first two: it looks for deltas between payloads, and deflates
  /// them. The third keeps libgit2's pack builder, which reads this setting for the size from which it does not look for
  /// deltas, from the same.
  private static let settings = [
    ("core.bigFileThreshold", "1m"),
    ("pack.compression", "0"),
    ("pack.deltaCacheSize", "1048576"),
    ("core.compression", "0"),
  ]

  /// Payloads below the threshold. A committed `.gitattributes` is not read in a bare repository.
  private static let attributes = [
    "/edits/*/*/deltas/** -delta -diff -merge -text",
    "/edits/*/*/targets/** -delta -diff -merge -text",
  ]
}
