internal import Glibc

/// Something new, written beside its destination until it takes that place; removed if it never does.
///
/// Its owner holds an advisory lock on it. A name of this form whose lock is free was left by a process
/// that died: the next writer for the same destination removes it. A signal that ends the process removes it
/// at once (``UnfinishedFiles``).
struct TemporarySibling: ~Copyable {
  enum Kind {
    case file
    case directory
  }

  let destination: String
  let path: String
  let descriptor: OpenDescriptor
  private var isPlaced = false

  init(_ kind: Kind, for destination: String) throws(FileFailure) {
    Self.removeAbandoned(for: destination)
    while true {
      let path = Self.newPath(for: destination)
      UnfinishedFiles.begin(path)
      do throws(FileFailure) {
        if kind == .directory {
          try systemCall(.makeDirectory, destination) { mkdir(path, 0o777) }
        }
        let descriptor = try OpenDescriptor(
          opening: path, kind == .file ? O_WRONLY | O_CREAT | O_EXCL : O_RDONLY | O_DIRECTORY,
          for: .create, named: destination)
        guard try Self.isLocked(path, by: descriptor) else {
          UnfinishedFiles.end(path) {}
          continue
        }
        self.descriptor = descriptor
      } catch {
        UnfinishedFiles.end(path) { try? removeTree(path) }
        if case .system(.create, _, ENOENT) = error, kind == .directory {
          continue  // a cleaner was faster than the lock
        }
        throw error
      }
      self.destination = destination
      self.path = path
      return
    }
  }

  deinit {
    if !isPlaced { UnfinishedFiles.end(path) { try? removeTree(path) } }
  }

  /// Renames it to its destination and brings the new name to the disk.
  mutating func takePlace() throws(FileFailure) {
    try UnfinishedFiles.end(path) { () throws(FileFailure) in
      try systemCall(.replace, destination) { rename(path, destination) }
    }
    isPlaced = true
    do throws(FileFailure) {
      try syncDirectory(parentDirectory(of: destination))
    } catch .system(_, _, let code) {
      // Taking it back would need the same disk. What stands is whole; what is not known is for how long.
      throw .notKept(path: destination, code: code)
    }
  }

  private static let ending = ".partial"

  private static func beginning(for destination: String) -> String {
    // Leaves room for the rest of the name under the usual limit of 255 bytes.
    var name = lastPart(of: destination)
    while name.utf8.count > 200 { name.removeLast() }
    return ".\(name)."
  }

  private static func newPath(for destination: String) -> String {
    let token = String(UInt64.random(in: .min ... .max), radix: 36)
    return parentDirectory(of: destination) + "/" + beginning(for: destination) + token + ending
  }

  /// Whether ``newPath(for:)`` makes such a name.
  private static func isMade(_ name: String, _ beginning: String) -> Bool {
    guard name.hasPrefix(beginning), name.hasSuffix(ending) else { return false }
    let token = name.utf8.dropFirst(beginning.utf8.count).dropLast(ending.utf8.count)
    return UInt64(String(decoding: token, as: UTF8.self), radix: 36) != nil
  }

  /// Takes the lock; a cleaner that came between making and locking has either the lock or the name.
  private static func isLocked(
    _ path: String, by descriptor: borrowing OpenDescriptor
  ) throws(FileFailure) -> Bool {
    guard try descriptor.tryLock() != .heldElsewhere else { return false }
    return try fileKindWithoutFollowing(at: path) != nil
  }

  /// Removes what processes that died have left for the same destination. Tries its best, never fails.
  private static func removeAbandoned(for destination: String) {
    let directory = parentDirectory(of: destination)
    let beginning = beginning(for: destination)
    guard let names = try? listDirectory(directory) else { return }
    for name in names where isMade(name, beginning) {
      let path = directory + "/" + name
      guard let descriptor = try? OpenDescriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
        (try? descriptor.tryLock()) == .taken
      else { continue }
      try? removeTree(path)
      _ = consume descriptor
    }
  }
}
