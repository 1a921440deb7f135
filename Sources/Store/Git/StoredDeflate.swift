internal import Files

/// A zlib stream that stores its bytes as they are.
///
/// Delta payloads are entropy-coded already: deflating them costs thirty times the rest of a commit and
/// saves nothing. Source: RFC 1950 §2.2, RFC 1951 §3.2.4.
enum StoredDeflate {
  /// The longest run of bytes in one stored block.
  static let blockLimit = 65535

  /// Passes the stream for `content` to `emit`, piece by piece.
  static func encode<Failure: Error>(
    _ content: UnsafeRawBufferPointer,
    _ emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    try ([0x78, 0x01] as [UInt8]).withBytes(emit)
    var start = 0
    repeat {
      let count = min(blockLimit, content.count - start)
      let isLast: UInt8 = start + count == content.count ? 1 : 0
      let low = UInt8(count & 0xff)
      let high = UInt8(count >> 8)
      try [isLast, low, high, ~low, ~high].withBytes(emit)
      try emit(UnsafeRawBufferPointer(rebasing: content[start..<start + count]))
      start += count
    } while start < content.count
    let sum = adler32(content)
    try [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }.withBytes(emit)
  }

  /// The Adler-32 checksum.
  ///
  /// The second sum is taken 32 bytes at a time, from each byte's weight, so that the loop has no chain
  /// of additions and can be vectorised.
  static func adler32(_ content: UnsafeRawBufferPointer) -> UInt32 {
    let modulus: UInt32 = 65521
    let span = 32
    var sum: UInt32 = 1
    var sumOfSums: UInt32 = 0
    var position = 0
    while position < content.count {
      // 5536 = 173 spans is the most after which both sums still fit 32 bits (5552 for single bytes).
      let end = min(content.count, position + 5536)
      while position + span <= end {
        var plain: UInt32 = 0
        var weighted: UInt32 = 0
        for i in 0..<span {
          let byte = UInt32(content[position + i])
          plain &+= byte
          weighted &+= byte &* UInt32(span - i)
        }
        sumOfSums &+= UInt32(span) &* sum &+ weighted
        sum &+= plain
        position += span
      }
      while position < end {
        sum &+= UInt32(content[position])
        sumOfSums &+= sum
        position += 1
      }
      sum %= modulus
      sumOfSums %= modulus
    }
    return sumOfSums << 16 | sum
  }
}
