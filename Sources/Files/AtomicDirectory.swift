internal import Glibc

/// A new directory that appears under its name when it is complete, or never.
///
/// Fill the directory at `path`, then `commit`. Dropped without `commit`, it is removed with everything
/// in it; after a crash, the next attempt at the same destination removes it.
package final class AtomicDirectory {
  /// Where the directory will stand.
  package let destination: String
  /// Where it is filled: a sibling of the destination.
  package let path: String

  private var sibling: TemporarySibling?

  /// Makes an empty directory beside `destination`, which must not exist.
  package init(creating destination: String) throws(FileFailure) {
    try Self.refuseExisting(destination)
    let sibling = try TemporarySibling(.directory, for: destination)
    self.destination = destination
    path = sibling.path
    self.sibling = consume sibling
  }

  /// Brings everything to the disk and gives the directory its name.
  ///
  /// Throws ``FileFailure/destinationExists(path:)`` when somebody was faster; the tree is removed
  /// when this object goes.
  /// - Precondition: not committed yet.
  package func commit() throws(FileFailure) {
    precondition(sibling != nil, "commit after commit: \(destination)")
    try syncTree(path)
    try Self.refuseExisting(destination)
    do throws(FileFailure) {
      try sibling?.takePlace()
    } catch .system(.replace, _, ENOTEMPTY), .system(.replace, _, EEXIST),
      .system(.replace, _, ENOTDIR)
    {
      throw .destinationExists(path: destination)
    }
    sibling = nil
  }

  private static func refuseExisting(_ destination: String) throws(FileFailure) {
    guard try fileKindWithoutFollowing(at: destination) == nil else {
      throw .destinationExists(path: destination)
    }
  }
}
