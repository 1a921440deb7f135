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

  private static func name(of fingerprint: Digest) -> String {
    "emend.base-\(fingerprint.hexadecimal.prefix(16))"
  }

  /// Makes a setting of this repository.
  package func set(_ name: String, to value: String) throws {
    try configuration().setLocal("emend.\(name)", to: value)
  }

  /// The pager that Git is set to use.
  package func corePager() throws -> String? { try configuration().value("core.pager") }

  /// Sets what Git should know about a repository of payloads that cannot be compressed.
  ///
  /// A clone does not inherit it, so that it is set by whoever makes one. It can be repeated.
  package func installConfiguration() throws {
    let configuration = try configuration()
    for (name, value) in Self.settings where configuration.value(name) != value {
      try configuration.setLocal(name, to: value)
    }
    try makeDirectories(location.gitDirectory + "/info")
    try AtomicFile.write(
      Array(Self.attributes.utf8), to: location.gitDirectory + "/info/attributes")
  }

  /// `git gc` takes 35 times as long without the first two: it looks for deltas between payloads, and deflates
  /// them. The third keeps libgit2's pack builder, which reads this setting for the size from which it does not look for
  /// deltas, from the same. A bare repository has no log of its references unless the last is set.
  private static let settings = [
    ("core.bigFileThreshold", "1m"),
    ("pack.compression", "0"),
    ("pack.deltaCacheSize", "1048576"),
    ("core.compression", "0"),
    ("core.logAllRefUpdates", "true"),
  ]

  /// Payloads below the threshold. A committed `.gitattributes` is not read in a bare repository.
  private static let attributes = """
    /edits/*/*/deltas/** -delta -diff -merge -text
    /edits/*/*/targets/** -delta -diff -merge -text

    """
}
