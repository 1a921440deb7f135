/// Writes the byte-aligned parts of a payload.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Little-endian.
  mutating func writeInteger<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Seven bits a byte, the lowest first; the top bit says that more follow.
  mutating func writeVarint(_ value: UInt64) {
    var rest = value
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// 0, −1, 1, −2 … as the varints 0, 1, 2, 3 …
  mutating func writeSignedVarint(_ value: Int64) {
    writeVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }
}

/// Reads the byte-aligned parts of a payload, which may hold anything.
struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var remaining: Int { bytes.count - position }
  /// All that has not been read.
  var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[position...]) }

  mutating func readByte(field: String) throws(DeltaError) -> UInt8 {
    guard remaining > 0 else { throw .payloadTruncated(field: field) }
    position += 1
    return bytes[position - 1]
  }

  mutating func readInteger<T: FixedWidthInteger>(
    _ type: T.Type, field: String
  ) throws(DeltaError) -> T {
    let source = try readBytes(count: MemoryLayout<T>.size, field: field)
    return T(littleEndian: source.loadUnaligned(as: T.self))
  }

  mutating func readBytes(count: Int, field: String) throws(DeltaError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else { throw .payloadTruncated(field: field) }
    position += count
    return UnsafeRawBufferPointer(rebasing: bytes[position - count..<position])
  }

  /// One encoding a number: no needless zero groups, nothing beyond 64 bits.
  mutating func readVarint(field: String) throws(DeltaError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try readByte(field: field)
      guard shift < 63 || byte <= 1, shift == 0 || byte != 0 else {
        throw .payloadDamaged(
          field: field, found: "a varint of another form", expected: "the shortest")
      }
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    throw .payloadDamaged(field: field, found: "a varint without end", expected: "ten bytes")
  }

  mutating func readSignedVarint(field: String) throws(DeltaError) -> Int64 {
    let value = try readVarint(field: field)
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// A size, at least 0 and at most the limit.
  mutating func readSize(field: String, limit: Int) throws(DeltaError) -> Int {
    let value = try readVarint(field: field)
    guard value <= UInt64(limit) else {
      throw .payloadTooLarge(field: field, found: "\(value)", limit: "\(limit)")
    }
    return Int(value)
  }
}
