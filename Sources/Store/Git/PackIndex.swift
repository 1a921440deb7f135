/// Which objects a pack has, and where: the `.idx` file beside it.
///
/// Source: Git's documentation of the pack format, index version 2.
struct PackIndex {
  /// The objects and the offsets of their entries, by offset.
  let entries: [(id: ObjectID, offset: Int)]

  /// Reads an index; `nil` when it is not one of version 2, or does not fit in its file.
  init?(parsing bytes: UnsafeRawBufferPointer) {
    func word(at offset: Int) -> UInt32 {
      UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    let header = 8 + 256 * 4
    guard bytes.count >= header + 40, word(at: 0) == 0xff74_4f63, word(at: 4) == 2 else {
      return nil
    }
    let count = Int(word(at: header - 4))
    // Ids, checksums and short offsets; then long offsets, and two seals of 20 bytes.
    let ids = header
    let shortOffsets = ids + count * 24
    let longOffsets = shortOffsets + count * 4
    guard longOffsets + 40 <= bytes.count else { return nil }
    var entries: [(id: ObjectID, offset: Int)] = []
    entries.reserveCapacity(count)
    for index in 0..<count {
      var offset = Int(word(at: shortOffsets + index * 4))
      if offset & 0x8000_0000 != 0 {
        let place = longOffsets + (offset & 0x7fff_ffff) * 8
        guard place + 8 + 40 <= bytes.count else { return nil }
        let high = Int(word(at: place))
        guard high < 1 << 30 else { return nil }
        offset = high << 32 | Int(word(at: place + 4))
      }
      let start = ids + index * 20
      let id = ObjectID(
        unchecked: UnsafeRawBufferPointer(rebasing: bytes[start..<start + 20]))
      entries.append((id, offset))
    }
    self.entries = entries.sorted { $0.offset < $1.offset }
  }
}
