internal import Glibc

extension Float {
  /// `base` to the power of `exponent`, rounded once from float64.
  static func power(_ base: Float, _ exponent: Float) -> Float {
    Float(pow(Double(base), Double(exponent)))
  }
}

extension Double {
  /// e to the power of `x`.
  static func exponential(_ x: Double) -> Double { exp(x) }
}
