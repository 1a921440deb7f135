internal import Glibc

/// A file's bytes, mapped read-only: pages come in when they are touched and cost no anonymous memory.
///
/// Writers must replace the file, not write into it: bytes that another process cuts off under a live
/// mapping end the process that touches them (SIGBUS). `stamp` shows afterwards whether it was replaced.
///
/// `@unchecked Sendable`: the memory is read-only and the pointer does not change before `deinit`.
package final class MappedFile: @unchecked Sendable {
  /// Where it was opened.
  package let path: String
  /// Size, time and inode at the moment of mapping.
  package let stamp: FileStamp
  /// All bytes, valid for as long as this object lives: keep a reference beside any pointer into it.
  package let bytes: UnsafeRawBufferPointer
  /// The file that is mapped, whatever its path means by now.
  let descriptor: OpenDescriptor

  /// Maps a regular file; an empty one is fine.
  package init(path: String) throws(FileFailure) {
    let descriptor = try OpenDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
    let status = try descriptor.status()
    guard FileKind(mode: status.st_mode) == .regular else { throw .notRegularFile(path: path) }
    self.path = path
    stamp = FileStamp(status)
    let size = stamp.size
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      self.descriptor = descriptor
      return
    }
    let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor.raw, 0)
    guard start != MAP_FAILED, let start else {
      throw .system(.map, path: path, code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
    self.descriptor = descriptor
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }

  /// Runs `body` on all bytes and keeps the mapping alive meanwhile.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Gives the pages wholly inside `range` back to the system; touching them again reads them again.
  ///
  /// One pass over a file larger than memory calls it behind itself, so that its resident size stays small.
  package func releasePages(in range: Range<Int>) {
    let page = Int(getpagesize())
    let lower = (range.clamped(to: 0..<bytes.count).lowerBound + page - 1) / page * page
    let upper = range.clamped(to: 0..<bytes.count).upperBound / page * page
    guard let start = bytes.baseAddress, lower < upper else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + lower), upper - lower, MADV_DONTNEED)
  }
}
