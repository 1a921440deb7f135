import FoundationEssentials

/// A directory of a test's own, removed with everything in it when the last reference goes.
///
/// Hold it in a `let` that is still used after the last access: `withExtendedLifetime` where the
/// compiler could let go of it earlier.
package final class TemporaryDirectory: Sendable {
  /// The absolute path, without a slash at its end.
  package let path: String

  /// Makes a new, empty directory with a name that nobody else has.
  package init() throws {
    let manager = FileManager.default
    let made = manager.temporaryDirectory.appendingPathComponent("emend-test-\(UUID().uuidString)")
    try manager.createDirectory(at: made, withIntermediateDirectories: false)
    path = made.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of something inside it: `directory["sub/file"]`.
  package subscript(_ relative: String) -> String { path + "/" + relative }

  /// Writes a file inside it, with the directories above it; gives back its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to relative: String) throws -> String {
    let file = self[relative]
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// Writes a text file inside it, in UTF-8.
  @discardableResult
  package func write(_ text: String, to relative: String) throws -> String {
    try write(Array(text.utf8), to: relative)
  }

  /// The bytes of a file inside it.
  package func read(_ relative: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: self[relative])))
  }
}
