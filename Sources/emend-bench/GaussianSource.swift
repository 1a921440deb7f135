import LinearAlgebra

/// Repeatable normal random numbers: SplitMix64 (doi:10.1145/2660193.2660195) and the polar method.
struct GaussianSource {
  private var state: UInt64
  private var spare: Double?

  init(seed: UInt64) { state = seed }

  private mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }

  mutating func next() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    while true {
      let (u, v) = (2 * uniform() - 1, 2 * uniform() - 1)
      let s = u * u + v * v
      guard s > 0, s < 1 else { continue }
      let factor = (-2 * Logarithm.natural(s) / s).squareRoot()
      spare = v * factor
      return u * factor
    }
  }

  mutating func matrix(rows: Int, columns: Int) -> Matrix<Double> {
    Matrix(rows: rows, columns: columns) { _, _ in next() }
  }
}
