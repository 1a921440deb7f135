/// Writes bits, the lowest first, into bytes.
struct BitWriter {
  private(set) var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var pendingCount = 0

  /// Appends the low `count` bits of a value whose other bits are 0.
  /// - Precondition: `count <= 56`.
  mutating func write(_ value: UInt64, count: Int) {
    pending |= value << UInt64(pendingCount)
    pendingCount += count
    while pendingCount >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingCount -= 8
    }
  }

  /// All bytes, the last one filled up with zeros.
  consuming func finish() -> [UInt8] {
    if pendingCount > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
    return bytes
  }
}

/// Reads what a ``BitWriter`` wrote. Past the end there are zeros, and ``isExhausted`` says so.
struct BitReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var pending: UInt64 = 0
  private var pendingCount = 0
  private var missing = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether more bits were read than there are.
  var isExhausted: Bool { missing * 8 > pendingCount }

  /// The next `count` bits, at most 56.
  @inline(__always)
  mutating func read(count: Int) -> UInt64 {
    if pendingCount < count { refill() }
    let value = pending & ((1 << UInt64(count)) &- 1)
    pending >>= UInt64(count)
    pendingCount &-= count
    return value
  }

  private mutating func refill() {
    if position + 8 <= bytes.count {
      // Fill up to 56 … 63 bits; bits above them are read again.
      let word = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      pending |= word << UInt64(pendingCount)
      let taken = (63 - pendingCount) >> 3
      position += taken
      pendingCount += taken * 8
      pending &= (1 << UInt64(pendingCount)) &- 1
      return
    }
    while pendingCount <= 56 {
      if position < bytes.count {
        pending |= UInt64(bytes[position]) << UInt64(pendingCount)
        position += 1
      } else {
        missing += 1
      }
      pendingCount += 8
    }
  }

  /// Checks that the bits end here: fewer than 8 are left and all are 0.
  func checkEnd() throws(DeltaError) {
    guard !isExhausted else { throw .payloadTruncated(field: "bits") }
    let left = (bytes.count - position) * 8 + pendingCount - missing * 8
    guard left < 8 else { throw .trailingBytes(count: left / 8) }
    guard pending == 0 else {
      throw .payloadDamaged(field: "padding", found: "\(pending)", expected: "0")
    }
  }
}
