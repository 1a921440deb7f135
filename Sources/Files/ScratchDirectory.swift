internal import Glibc

/// A directory of one's own for files that are soon gone; it goes with its owner, and everything in it.
package final class ScratchDirectory: Sendable {
  /// Where it is.
  package let path: String

  /// Makes one that no other user may enter, with a name that nobody else has.
  ///
  /// - Parameter beginning: what its name begins with.
  package init(in parent: String, named beginning: String) throws(FileFailure) {
    var template = Array("\(parent)/\(beginning)XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw .system(.makeDirectory, path: parent, code: errno)
    }
    path = String(cString: made)
  }

  deinit { try? removeTree(path) }
}
