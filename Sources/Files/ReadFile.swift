internal import Glibc

/// All bytes of a file or pipe, refused when there are more than `limit`.
///
/// The size is checked before memory is taken; a file that grows meanwhile is cut off at the limit too.
package func readFile(_ path: String, limit: Int) throws(FileFailure) -> [UInt8] {
  let descriptor = try OpenDescriptor(opening: path, O_RDONLY)
  let status = try descriptor.status()
  let kind = FileKind(mode: status.st_mode)
  guard kind != .directory else { throw .notRegularFile(path: path) }
  let size = kind == .regular ? Int(status.st_size) : 0
  guard size <= limit else { throw .tooLarge(path: path, bytes: size, limit: limit) }

  var bytes: [UInt8] = []
  var room = size + 1  // one more than expected: the read that comes back short sees the end
  while true {
    let before = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: room))
    let got = try read(descriptor, into: &bytes, from: before)
    bytes.removeLast(room - got)
    guard bytes.count <= limit else { throw .tooLarge(path: path, bytes: nil, limit: limit) }
    guard got == room else { return bytes }
    room = min(max(bytes.count, 1 << 16), limit - bytes.count + 1)
  }
}

private func read(
  _ descriptor: borrowing OpenDescriptor, into bytes: inout [UInt8], from offset: Int
) throws(FileFailure) -> Int {
  // Unlike `withUnsafeMutableBytes`, it rethrows errors with their type.
  try bytes.withUnsafeMutableBufferPointer { buffer throws(FileFailure) in
    let rest = UnsafeMutableBufferPointer(rebasing: buffer[offset...])
    return try descriptor.readUpTo(filling: UnsafeMutableRawBufferPointer(rest))
  }
}
