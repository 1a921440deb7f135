internal import Glibc

/// Copies a file's contents and permissions to a path where nothing stands yet.
///
/// Inside the kernel where it can, so that file systems with shared extents copy nothing. What was
/// written is removed again when it fails. Not brought to the disk: ``AtomicDirectory`` does that.
/// - Parameter sharing: whether the copy may have blocks of its own.
/// - Throws: ``FileFailure/cannotShare(path:)`` where it may not and would.
package func copyFile(
  from source: String, to destination: String, sharing: BlockSharing = .wherePossible
) throws(FileFailure) {
  let input = try OpenDescriptor(opening: source, O_RDONLY | O_NONBLOCK)
  let status = try input.status()
  guard FileKind(mode: status.st_mode) == .regular else { throw .notRegularFile(path: source) }
  let output = try OpenDescriptor(
    opening: destination, O_WRONLY | O_CREAT | O_EXCL, permissions: status.st_mode & 0o777,
    for: .create)
  do throws(FileFailure) {
    if status.st_size > 0, ioctl(output.raw, shareExtents, input.raw) == 0 { return }
    guard sharing == .wherePossible else { throw .cannotShare(path: destination) }
    let size = Int(status.st_size)
    let copied = try output.copyInKernel(0..<size, from: input, to: 0)
    // Some files are longer than the system says.
    if copied < size || size == 0 { try copyThroughMemory(from: input, at: copied, to: output) }
  } catch {
    unlink(destination)
    throw error
  }
}

/// Whether a copy shares the blocks of what it is a copy of.
package enum BlockSharing: Sendable {
  /// Where the file system can; else it has blocks of its own.
  case wherePossible
  /// In any case, or there is no copy.
  case required
}

/// The request by which Linux makes one file share the extents of another (`FICLONE`), a macro that
/// Swift does not import.
private let shareExtents: UInt = 0x4004_9409

/// Copies what stands behind a place of the input to where the output stands.
private func copyThroughMemory(
  from input: borrowing OpenDescriptor, at place: Int, to output: borrowing OpenDescriptor
) throws(FileFailure) {
  try systemCall(.read, input.path) { lseek(input.raw, off_t(place), SEEK_SET) }
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  defer { buffer.deallocate() }
  while true {
    let got = try input.readUpTo(filling: buffer)
    guard got > 0 else { return }
    try output.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
  }
}
