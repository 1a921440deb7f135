internal import Glibc

/// A new file whose pieces come in any order, from several threads at once.
///
/// Nothing here says whether all of them came, or brings them to the disk: the file belongs into a directory that appears
/// whole or not at all (``AtomicDirectory``).
package final class PiecewiseFile: Sendable {
  /// Where it stands.
  package let path: String
  private let descriptor: OpenDescriptor

  /// Makes an empty file where nothing stands yet.
  package init(creating path: String) throws(FileFailure) {
    self.path = path
    descriptor = try OpenDescriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL, for: .create)
  }

  /// Writes bytes at a place; the file grows as far as they reach.
  package func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(FileFailure) {
    try descriptor.writeAll(bytes, at: place)
  }

  /// Writes a range of another file's bytes at a place: inside the kernel where it can, so that they do not come by
  /// this process.
  /// - Precondition: the range is inside the file.
  package func write(
    _ range: Range<Int>, of file: MappedFile, at place: Int
  ) throws(FileFailure) {
    // What the kernel copies goes where a descriptor stands, so this one is nobody else's.
    let own = try OpenDescriptor(opening: path, O_WRONLY)
    let copied = try own.copyInKernel(range, from: file.descriptor, to: place)
    try write(
      UnsafeRawBufferPointer(rebasing: file.bytes[range.dropFirst(copied)]), at: place + copied)
  }
}
