/// A small random generator whose sequence is the same everywhere.
///
/// - Source: SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
///   OOPSLA 2014, doi:10.1145/2660193.2660195.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the sequence of `seed`.
  package init(_ seed: UInt64) { state = seed }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0..<1, on a grid of 2⁻⁵³.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

extension SeededRandom {
  /// A number of the standard normal distribution (Box and Muller's method).
  package mutating func normal() -> Double {
    let radius = (-2 * Double.logarithm(1 - unit())).squareRoot()
    return radius * Double.cosine(2 * Double.pi * unit())
  }
}
