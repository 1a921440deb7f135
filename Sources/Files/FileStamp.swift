internal import Glibc

/// What tells cheaply whether a file may have changed: replaced files get a new inode, written ones a
/// new time. It proves nothing against somebody who sets times back; only a digest does.
package struct FileStamp: Sendable, Hashable, Codable {
  /// Bytes.
  package let size: Int
  /// Nanoseconds since 1970 when the contents last changed.
  package let modified: Int64
  /// The number of the file in its file system.
  package let inode: UInt64

  /// A stamp put together by hand or read back.
  package init(size: Int, modified: Int64, inode: UInt64) {
    self.size = size
    self.modified = modified
    self.inode = inode
  }

  /// The stamp of a file now. Follows symbolic links.
  package init(ofFileAt path: String) throws(FileFailure) {
    var status = stat()
    try systemCall(.inspect, path) { stat(path, &status) }
    self.init(status)
  }

  init(_ status: stat) {
    self.init(
      size: Int(status.st_size),
      modified: Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec),
      inode: UInt64(status.st_ino))
  }
}
