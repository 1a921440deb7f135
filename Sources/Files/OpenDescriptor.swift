internal import Glibc

/// Owns a file descriptor, closed at the end of its life and not passed on to child processes.
struct OpenDescriptor: ~Copyable {
  let raw: Int32
  /// What failures name.
  let path: String

  /// - Parameter name: what failures name, where the path itself would mean nothing to anybody.
  init(
    opening path: String, _ flags: Int32, permissions: mode_t = 0o666,
    for action: FileAction = .open, named name: String? = nil
  ) throws(FileFailure) {
    let shown = name ?? path
    raw = try systemCall(action, shown) { open(path, flags | O_CLOEXEC, permissions) }
    self.path = shown
  }

  deinit { close(raw) }

  func status() throws(FileFailure) -> stat {
    var status = stat()
    try systemCall(.inspect, path) { fstat(raw, &status) }
    return status
  }

  /// Writes all of it, however many calls that takes.
  func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
    var rest = bytes[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let written = try systemCall(.write, path) { write(raw, start, rest.count) }
      rest = rest.dropFirst(written)
    }
  }

  /// Writes all of it at a place in the file, however many calls that takes.
  func writeAll(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(FileFailure) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      done += try systemCall(.write, path) {
        pwrite(raw, start + done, bytes.count - done, off_t(place + done))
      }
    }
  }

  /// Reads until the buffer is full or the file ends; gives back how many bytes came.
  func readUpTo(filling buffer: UnsafeMutableRawBufferPointer) throws(FileFailure) -> Int {
    var count = 0
    while count < buffer.count, let start = buffer.baseAddress {
      let got = try systemCall(.read, path) { read(raw, start + count, buffer.count - count) }
      guard got > 0 else { break }
      count += got
    }
    return count
  }

  /// Writes a range of another file at a place in this one, as far as the kernel does that by itself; gives back how
  /// many bytes went over.
  func copyInKernel(
    _ range: Range<Int>, from source: borrowing OpenDescriptor, to place: Int
  ) throws(FileFailure) -> Int {
    try systemCall(.write, path) { lseek(raw, off_t(place), SEEK_SET) }
    var offset = off_t(range.lowerBound)
    while offset < range.upperBound {
      let step = min(range.upperBound - Int(offset), 1 << 30)
      do throws(FileFailure) {
        let done = try systemCall(.write, path) { sendfile(raw, source.raw, &offset, step) }
        guard done > 0 else { break }
      } catch .system(_, _, EINVAL), .system(_, _, ENOSYS), .system(_, _, EOPNOTSUPP) {
        break
      }
    }
    return Int(offset) - range.lowerBound
  }

  func sync() throws(FileFailure) { try systemCall(.sync, path) { fsync(raw) } }

  /// Takes the advisory lock if nobody has it.
  ///
  /// Where the file system has no locks the answer is `unsupported`.
  func tryLock() throws(FileFailure) -> LockAttempt {
    do throws(FileFailure) {
      try systemCall(.lock, path) { flock(raw, LOCK_EX | LOCK_NB) }
      return .taken
    } catch .system(_, _, EWOULDBLOCK) {
      return .heldElsewhere
    } catch .system(_, _, ENOLCK), .system(_, _, EOPNOTSUPP) {
      return .unsupported
    }
  }
}

enum LockAttempt {
  case taken
  case heldElsewhere
  case unsupported
}
