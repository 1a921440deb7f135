import LinearAlgebra

/// Looks for few directions that carry a change given element by element.
///
/// A random sketch of growing width (Halko, Martinsson and Tropp, arXiv 0909.4061, algorithm 4.2 without
/// its estimate: the remainder is known exactly).
enum DirectionSearch {
  /// The share of the elements that factors may have as coefficients to be worth trying.
  private static let worthwhile = 0.75

  /// Factors whose product is within `share` of ‖Δ‖_F of a change; `nil` where they would have about as many
  /// coefficients as the change has elements.
  ///
  /// - Returns: the factors, and what they miss relative to ‖Δ‖_F.
  /// - Complexity: for the widest sketch w, 4mnw flops.
  static func factors(
    of change: Matrix<Double>, within share: Double
  ) -> (factors: LowRankFactors, missing: Double)? {
    let (m, n) = (change.rows, change.columns)
    let most = Int(worthwhile * Double(m) * Double(n) / Double(max(1, m + n)))
    let norm = change.frobeniusNorm
    guard most > 0, m > 1, n > 1, norm > 0, norm.isFinite else { return nil }
    var random = SketchNumbers(seed: 0x2545_F491_4F6C_DD1D)
    var width = min(8, most)
    while true {
      let start = Matrix<Double>(rows: n, columns: width) { _, _ in random.next() }
      let basis = QRDecomposition(Matrix.product(change, .none, start)).orthogonal
      let image = Matrix.product(basis, .transposed, change)
      // Formed, not subtracted: the difference of two squares has no digits left below 1e-8.
      var rest = Matrix.product(basis, .none, image)
      for i in rest.storage.indices { rest.storage[i] -= change.storage[i] }
      let missing = rest.frobeniusNorm / norm
      if missing <= share, let factors = try? LowRankFactors(left: basis, right: image.transposed) {
        return (factors, missing)
      }
      guard width < most else { return nil }
      width = min(width * 4, most)
    }
  }
}
