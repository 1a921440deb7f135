/// The scale of one direction of a quantised change: mantissa · 2^exponent.
///
/// Sixteen mantissas an octave let the step come within 3 % of the wanted one, so that even a change
/// of rank one meets its precision without overshooting, and the product stays an integer sum.
struct DirectionScale: Sendable, Hashable {
  /// 16 … 31.
  let mantissa: Int
  let exponent: Int

  static let mantissas = 16...31

  /// The scale nearest to a positive normal number.
  init(nearest value: Double) {
    let exponent = Int(value.exponent) - 4
    let mantissa = Int((value * Double.powerOfTwo(-exponent)).rounded())
    self = mantissa == 32
      ? DirectionScale(mantissa: 16, exponent: exponent + 1)
      : DirectionScale(mantissa: mantissa, exponent: exponent)
  }

  init(mantissa: Int, exponent: Int) {
    self.mantissa = mantissa
    self.exponent = exponent
  }

  /// The scale, exactly.
  var value: Double { Double(mantissa) * Double.powerOfTwo(exponent) }
}
