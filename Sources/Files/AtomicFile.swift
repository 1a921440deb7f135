internal import Glibc

/// A new file that takes its place whole or not at all.
///
/// Bytes go to a sibling in the same directory; `commit` brings them to the disk and renames. Before
/// that, readers see the old file, or none. Dropped without `commit`, it leaves nothing behind; after
/// a crash, the next writer for the same path cleans up.
package final class AtomicFile {
  /// Where the file will stand; what a symbolic link names, where the path is one.
  package let destination: String
  /// The bytes appended so far.
  package private(set) var count = 0

  private var sibling: TemporarySibling?

  /// Starts a file that will replace what stands at `destination`, if anything does.
  ///
  /// A replaced file hands on its permissions; a new one has those that the process's mask leaves.
  /// - Throws: ``FileFailure/notRegularFile(path:)`` for a directory, a device or a pipe: it would be gone.
  package init(replacing path: String) throws(FileFailure) {
    let destination = try Self.behindLinks(path)
    self.destination = destination
    let sibling = try TemporarySibling(.file, for: destination)
    var old = stat()
    if stat(destination, &old) == 0 { fchmod(sibling.descriptor.raw, old.st_mode & 0o777) }
    self.sibling = consume sibling
  }

  private static func behindLinks(_ path: String) throws(FileFailure) -> String {
    switch try fileKind(at: path) {
    case .directory, .other: throw .notRegularFile(path: path)
    case .regular, .symbolicLink, nil: break
    }
    guard try fileKindWithoutFollowing(at: path) == .symbolicLink else { return path }
    guard let place = realPath(path) else {
      throw .system(.create, path: path, code: errno)
    }
    return place
  }

  /// Adds bytes at the end.
  /// - Precondition: not committed yet.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
    precondition(sibling != nil, "append after commit: \(destination)")
    try sibling?.descriptor.writeAll(bytes)
    count += bytes.count
  }

  /// Adds bytes at the end.
  /// - Precondition: not committed yet.
  package func append(_ bytes: [UInt8]) throws(FileFailure) {
    try bytes.withBytes { buffer throws(FileFailure) in try append(buffer) }
  }

  /// Brings the bytes to the disk and puts the file in its place.
  /// - Precondition: not committed yet.
  package func commit() throws(FileFailure) {
    precondition(sibling != nil, "commit after commit: \(destination)")
    try sibling?.descriptor.sync()
    try sibling?.takePlace()
    sibling = nil
  }

  /// Puts a whole file in its place.
  package static func write(_ bytes: [UInt8], to destination: String) throws(FileFailure) {
    let file = try AtomicFile(replacing: destination)
    try file.append(bytes)
    try file.commit()
  }
}

/// The path of what a path leads to, without symbolic links; `nil`, and `errno`, where there is nothing.
package func realPath(_ path: String) -> String? {
  guard let place = realpath(path, nil) else { return nil }
  defer { free(place) }
  return String(cString: place)
}
