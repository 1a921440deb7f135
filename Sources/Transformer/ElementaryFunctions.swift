internal import Glibc

extension Float {
  /// `base` to the power of `exponent`, rounded once from float64.
  static func power(_ base: Float, _ exponent: Float) -> Float {
    Float(pow(Double(base), Double(exponent)))
  }
}

extension Float {
  /// e to the power of `x`, rounded once from float64.
  package static func exponential(_ x: Float) -> Float { Float(exp(Double(x))) }
}

extension Double {
  /// e to the power of `x`.
  package static func exponential(_ x: Double) -> Double { exp(x) }
  /// The cosine of `x`, in radians.
  static func cosine(_ x: Double) -> Double { cos(x) }
  /// The natural logarithm of `x`.
  package static func logarithm(_ x: Double) -> Double { log(x) }
}
