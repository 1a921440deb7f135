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

  /// The magnitude of a number from its parts; `nil` at 2⁶² and above.
  static func magnitude(zeros: Int, token: Int, bits: UInt64) -> Int64? {
    let odd = 2 * v(token: token, bits: bits) + 1
    guard odd.leadingZeroBitCount - zeros >= 2 else { return nil }
    return Int64(odd << UInt64(zeros))
  }
}
