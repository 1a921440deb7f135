internal import Glibc

/// Bytes that need not stay in memory, in a file without a name: it goes with the process, however that ends.
package final class ScratchFile {
  /// The bytes appended so far.
  package private(set) var count = 0
  private let descriptor: OpenDescriptor

  /// Makes an empty one on the file system of a directory, which must be there.
  package init(in directory: String) throws(FileFailure) {
    let path = "\(directory)/.scratch.\(String(UInt64.random(in: .min ... .max), radix: 36))"
    descriptor = try OpenDescriptor(
      opening: path, O_RDWR | O_CREAT | O_EXCL, permissions: 0o600, for: .create)
    try systemCall(.remove, path) { unlink(path) }
  }

  /// Adds bytes at the end.
  ///
  /// - Returns: where they begin.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) -> Int {
    try descriptor.writeAll(bytes, at: count)
    defer { count += bytes.count }
    return count
  }

  /// Reads as many bytes as the buffer has.
  ///
  /// - Precondition: they were appended.
  package func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileFailure) {
    precondition(offset >= 0 && offset + buffer.count <= count, "\(offset) of \(count) bytes")
    var done = 0
    while done < buffer.count, let start = buffer.baseAddress {
      let got = try systemCall(.read, descriptor.path) {
        pread(descriptor.raw, start + done, buffer.count - done, offset + done)
      }
      // Nobody else has the file: what was written is there, unless the disk lost it.
      guard got > 0 else { throw .system(.read, path: descriptor.path, code: EIO) }
      done += got
    }
  }
}
