/// A non-zero integer in parts: sign · (2v + 1) · 2^zeros, and v as a token with bits beside it.
///
/// Changes of floating-point weights are small odd numbers times the last place of a weight, and that
/// place moves with the weight's exponent: what is alike among them is v and the zeros, not the value.
///
/// v < 16 is its own token. Otherwise v has n ≥ 5 bits: the token is 16 + 4(n − 5) + the two bits after
/// the leading one, and the n − 3 bits that remain are stored as they are.
struct NumberToken {
  let zeros: Int
  let token: Int
  let bits: UInt64
  let bitCount: Int

  /// One more than the largest token: v has at most 61 bits.
  static let tokens = 16 + 4 * 57

  init(_ value: Int64) {
    let magnitude = value.magnitude
    zeros = magnitude.trailingZeroBitCount
    (token, bits, bitCount) = Self.parts(of: (magnitude >> UInt64(zeros)) >> 1)
  }

  /// The token of a v, and the bits beside it.
  @inline(__always)
  static func parts(of v: UInt64) -> (token: Int, bits: UInt64, bitCount: Int) {
    guard v >= 16 else { return (Int(v), 0, 0) }
    let length = UInt64.bitWidth - v.leadingZeroBitCount
    let bitCount = length - 3
    return (
      16 + 4 * (length - 5) + Int(v >> UInt64(bitCount) & 3), v & (1 << UInt64(bitCount) - 1),
      bitCount
    )
  }

  /// The v of a token and the bits beside it.
  @inline(__always)
  static func v(token: Int, bits: UInt64) -> UInt64 {
    token < 16
      ? UInt64(token) : UInt64(4 + (token - 16) % 4) << UInt64(bitCount(ofToken: token)) | bits
  }

  /// How many bits stand beside a token.
  static func bitCount(ofToken token: Int) -> Int { token < 16 ? 0 : (token - 16) / 4 + 2 }

  /// Writes what stands beside the token, then 1 for a negative number.
  @inline(__always)
  func write(isNegative: Bool, to writer: inout BitWriter) {
    // Two writes: a writer takes at most 56 bits at a time.
    let low = min(bitCount, 32)
    writer.write(bits & (1 << UInt64(low) - 1), count: low)
    writer.write(bits >> UInt64(low), count: bitCount - low)
    writer.write(isNegative ? 1 : 0, count: 1)
  }

  /// The number of a token, what stands beside it read from the bits, and its sign; `nil` at 2⁶² and above.
  @inline(__always)
  static func number(zeros: Int, token: Int, from reader: inout BitReader) -> Int64? {
    let bitCount = bitCount(ofToken: token)
    let low = min(bitCount, 32)
    let bits = reader.read(count: low) | reader.read(count: bitCount - low) << UInt64(low)
    let odd = 2 * v(token: token, bits: bits) + 1
    guard odd.leadingZeroBitCount - zeros >= 2 else { return nil }
    let magnitude = Int64(odd << UInt64(zeros))
    return reader.read(count: 1) == 1 ? -magnitude : magnitude
  }
}
