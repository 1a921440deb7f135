import LinearAlgebra

/// How finely each direction of a change is quantised, at a water level θ.
///
/// Quantising u_k in steps δu and v_k in steps δv changes Δ by s_k²(mδu² + nδv²)/12. At the optimum
/// every coefficient of every direction contributes the same θ, so s_k²δ² = 12θ, and the ideal scale is
/// s_k δu δv = 12θ/s_k. The scale that ``DirectionScale`` offers differs from it by a factor κ near 1;
/// given κ, minimising −m log δu − n log δv + (mδu² + nδv²)/2δ² splits it: with δu = δ√κ t and
/// δv = δ√κ/t, t² = (m − n + √((m − n)² + 4κ²mn)) / 2κm.
struct BitAllocation {
  /// One for each direction that is worth its bits, by its place in the spectral form.
  struct Step {
    let direction: Int
    let scale: DirectionScale
    /// δu; δv follows: scale / (s δu).
    let left: Double
    let right: Double
  }

  let steps: [Step]

  /// - Parameter level: θ > 0.
  init(
    values: [Double], rows: Int, columns: Int, level: Double, _ fineness: DirectionScale.Fineness
  ) {
    let (m, n) = (Double(rows), Double(columns))
    steps = values.prefix(Self.kept(values, rows: rows, columns: columns, level: level))
      .enumerated().map { index, s in
        let ideal = 12 * level / s
        let scale = DirectionScale(nearest: ideal, fineness)
        let kappa = scale.value / ideal
        let root = ((m - n) * (m - n) + 4 * kappa * kappa * m * n).squareRoot()
        let split = ((m - n + root) / (2 * kappa * m)).squareRoot()
        let left = (12 * level * kappa).squareRoot() / s * split
        return Step(direction: index, scale: scale, left: left, right: scale.value / (s * left))
      }
  }

  /// How many directions lie far enough above the water to be worth bits.
  ///
  /// Leaving a direction out costs s² of error, keeping it (m + n)θ and bits whose price at this level
  /// is 2θ ln 2 each; at the break-even a kept direction has somewhat more than (m + n)θ.
  static func kept(_ values: [Double], rows: Int, columns: Int, level: Double) -> Int {
    let threshold = worthwhile * Double(rows + columns) * level
    return values.firstIndex { $0 * $0 <= threshold } ?? values.count
  }
  private static let worthwhile = 2.0

  /// The error that a level is expected to leave: (m + n)θ for each kept direction, s² for the others.
  static func expectedSquaredError(
    _ values: [Double], rows: Int, columns: Int, level: Double
  ) -> Double {
    let count = kept(values, rows: rows, columns: columns, level: level)
    return Double(count * (rows + columns)) * level
      + values[count...].reduce(0) { $0 + $1 * $1 }
  }
}
