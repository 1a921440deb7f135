/// Conversions between float16 or bfloat16, given as their bits, and the types that we compute with.
///
/// Widening is exact. Narrowing rounds once, to nearest with ties to even, from float64: going through
/// float32 would round twice and miss by one step where the first rounding lands on a tie. Results
/// depend on no CPU feature and no library. A NaN becomes a quiet NaN with the leading bits of its payload.
package enum HalfPrecision {
  /// The value of a float16.
  package static func widen(float16 bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7FFF)
    // Exponent and fraction moved to their places are 2^112 too small; the product is exact, and turns
    // subnormal float16 numbers into normal float32 numbers.
    var wide = (Float(bitPattern: magnitude << 13) * 0x1p112).bitPattern
    if magnitude >= 0x7C00 { wide |= 0x7F80_0000 }
    if magnitude > 0x7C00 { wide |= 0x0040_0000 }
    return Float(bitPattern: wide | UInt32(bits & 0x8000) << 16)
  }

  /// The value of a bfloat16.
  package static func widen(bfloat16 bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// The float16 nearest to a number; 65520 and more becomes infinity.
  package static func float16(_ value: Double) -> UInt16 {
    narrow(value, fractionBits: 10, bias: 15, scale: 0x1p28)
  }

  /// The bfloat16 nearest to a number.
  package static func bfloat16(_ value: Double) -> UInt16 {
    narrow(value, fractionBits: 7, bias: 127, scale: 0x1p-81)
  }

  /// Rounds to a type of 16 bits.
  ///
  /// - Parameter scale: the float64 whose last place is one step of the type's subnormal numbers.
  @inline(__always)
  private static func narrow(
    _ value: Double, fractionBits: UInt64, bias: UInt64, scale: Double
  ) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 48) & 0x8000
    let magnitude = value.bitPattern & 0x7FFF_FFFF_FFFF_FFFF
    let dropped = 52 - fractionBits
    let infinity: UInt64 = (0x7FFF >> fractionBits) << fractionBits
    guard magnitude <= 0x7FF0_0000_0000_0000 else {
      let payload = magnitude >> dropped & (1 << fractionBits - 1)
      return sign | UInt16(truncatingIfNeeded: infinity | 1 << (fractionBits - 1) | payload)
    }
    let smallestNormal = (1024 - bias) << 52
    guard magnitude >= smallestNormal else {
      // The sum has no more places than the result, so the addition rounds to it, once.
      let sum = Double(bitPattern: magnitude) + scale
      return sign | UInt16(truncatingIfNeeded: sum.bitPattern - scale.bitPattern)
    }
    let isOdd = magnitude >> dropped & 1
    let rounded = (magnitude + (1 << (dropped - 1) - 1) + isOdd) >> dropped
    // A carry out of the fraction raises the exponent, which is what rounding up means there.
    let result = rounded - (1023 - bias) << fractionBits
    return sign | UInt16(truncatingIfNeeded: min(result, infinity))
  }
}
