/// The scale of one direction of a quantised change: mantissa · 2^exponent.
///
/// 64 mantissas an octave let the product of both sides' steps come within 0.8 % of the wanted one, so
/// that even a change of rank one meets its precision without overshooting: with powers of two alone it
/// would waste up to half a bit a coefficient. The product stays an integer sum; the mantissa takes 7
/// of its 53 bits.
struct DirectionScale: Sendable, Hashable {
  /// 64 … 127.
  let mantissa: Int
  let exponent: Int

  static let mantissas = 64...127

  /// Which mantissas may be used.
  enum Fineness: CaseIterable {
    /// All 64.
    case fine
    /// 64 alone: powers of two, which leave all 53 bits to the integers.
    case powersOfTwo
  }

  /// The scale nearest to a positive normal number.
  init(nearest value: Double, _ fineness: Fineness) {
    let exponent = Int(value.exponent) - 6
    let mantissa: Int
    switch fineness {
    case .fine: mantissa = Int((value * Double.powerOfTwo(-exponent)).rounded())
    case .powersOfTwo: mantissa = value.significand < 2.0.squareRoot() ? 64 : 128
    }
    self =
      mantissa == 128
      ? DirectionScale(mantissa: 64, exponent: exponent + 1)
      : DirectionScale(mantissa: mantissa, exponent: exponent)
  }

  init(mantissa: Int, exponent: Int) {
    self.mantissa = mantissa
    self.exponent = exponent
  }

  /// The same scale with an odd multiplier, which is what an exact product multiplies by.
  var reduced: (multiplier: Int, exponent: Int) {
    let zeros = mantissa.trailingZeroBitCount
    return (mantissa >> zeros, exponent + zeros)
  }

  /// The scale, exactly.
  var value: Double { Double(mantissa) * Double.powerOfTwo(exponent) }
}
