internal import Glibc

/// A directory of one's own for files that are soon gone; it goes with its owner, and everything in it. A signal that ends the
/// process removes it at once (``UnfinishedFiles``).
package final class ScratchDirectory: Sendable {
  /// Where it is.
  package let path: String

  /// Makes one that no other user may enter, with a name that nobody else has.
  ///
  /// - Parameter beginning: what its name begins with.
  package init(in parent: String, named beginning: String) throws(FileFailure) {
    let token = String(UInt64.random(in: .min ... .max), radix: 36)
    let path = "\(parent)/\(beginning)\(token)"
    UnfinishedFiles.begin(path)
    do throws(FileFailure) {
      try systemCall(.makeDirectory, path) { mkdir(path, 0o700) }
    } catch {
      UnfinishedFiles.end(path) {}
      throw error
    }
    self.path = path
  }

  deinit { UnfinishedFiles.end(path) { try? removeTree(path) } }
}
