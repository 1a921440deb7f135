/// The members of a zip file, found through its central directory; stored ones only.
struct ZipDirectory {
  struct Entry {
    let name: String
    let range: Range<Int>
  }

  let bytes: UnsafeRawBufferPointer
  let path: String

  private static let endLength = 22
  private static let longestComment = 65535

  /// All members.
  func entries() throws(NumPyArchiveError) -> [Entry] {
    let end = try endOfDirectory()
    var position = try number(end + 16, 4)
    let count = try number(end + 10, 2)
    guard position != 0xFFFF_FFFF, count != 0xFFFF else {
      throw .notAnArchive(file: path, reason: "a zip64 directory")
    }
    var entries: [Entry] = []
    for _ in 0..<count {
      guard try number(position, 4) == 0x0201_4B50 else {
        throw .notAnArchive(file: path, reason: "a damaged directory")
      }
      let method = try number(position + 10, 2)
      let nameLength = try number(position + 28, 2)
      let extraLength = try number(position + 30, 2)
      let commentLength = try number(position + 32, 2)
      let header = try number(position + 42, 4)
      let name = try text(position + 46, nameLength)
      guard method == 0 else { throw .compressed(file: path, name: name) }
      entries.append(Entry(name: name, range: try content(header, directory: position)))
      position += 46 + nameLength + extraLength + commentLength
    }
    return entries
  }

  /// Where a member's bytes are. NumPy writes sizes above 4 GiB into a zip64 field of the header.
  private func content(_ header: Int, directory: Int) throws(NumPyArchiveError) -> Range<Int> {
    guard try number(header, 4) == 0x0403_4B50 else {
      throw .notAnArchive(file: path, reason: "a damaged member")
    }
    let start = try header + 30 + number(header + 26, 2) + number(header + 28, 2)
    let size = try number(directory + 24, 4)
    guard size != 0xFFFF_FFFF, start <= bytes.count, size <= bytes.count - start else {
      throw .notAnArchive(file: path, reason: "a member beyond the end of the file")
    }
    return start..<start + size
  }

  private func endOfDirectory() throws(NumPyArchiveError) -> Int {
    var position = bytes.count - Self.endLength
    let first = max(0, position - Self.longestComment)
    while position >= first {
      if try number(position, 4) == 0x0605_4B50 { return position }
      position -= 1
    }
    throw .notAnArchive(file: path, reason: "no directory at the end")
  }

  private func number(_ start: Int, _ count: Int) throws(NumPyArchiveError) -> Int {
    guard start >= 0, start <= bytes.count - count else {
      throw .notAnArchive(file: path, reason: "\(bytes.count) bytes, cut short")
    }
    return (0..<count).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
  }

  private func text(_ start: Int, _ count: Int) throws(NumPyArchiveError) -> String {
    guard start >= 0, start <= bytes.count - count else {
      throw .notAnArchive(file: path, reason: "\(bytes.count) bytes, cut short")
    }
    return String(decoding: bytes[start..<start + count], as: UTF8.self)
  }
}
