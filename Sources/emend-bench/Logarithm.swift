import Glibc

/// Logarithms of positive numbers.
enum Logarithm {
  static func natural(_ x: Double) -> Double { log(x) }
  static func binary(_ x: Double) -> Double { log2(x) }
}
