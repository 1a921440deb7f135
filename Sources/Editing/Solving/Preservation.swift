internal import LinearAlgebra

/// What keeps a solve from changing what the layer makes of ordinary text.
package enum Preservation: Sendable, Equatable {
  /// Ordinary text enters the least squares with weight λ: X = (λC + KpKpᵀ + KKᵀ)⁻¹K.
  /// - Source: MEMIT, arXiv 2210.07229, equation 14.
  case weighing(Double)
  /// The change lies where ordinary text has no energy: X = (P(KpKpᵀ + KKᵀ)P + L₂I)⁻¹PK.
  /// - Source: AlphaEdit, arXiv 2410.02355, equation 14.
  case nullSpace(threshold: Double, ridge: Double)

  /// X, `[f, n]`, of a layer.
  ///
  /// - Parameters:
  ///   - keys: K, `[f, n]`.
  ///   - protected: Kp, block by block: keys whose outputs must stay.
  /// - Throws: ``EditingError``, ``LinearAlgebraError``.
  func adjust(
    _ keys: Matrix<Double>, protected: KeyBlocks?, layer: Int,
    _ moments: any SecondMomentSource
  ) throws -> Matrix<Double> {
    switch self {
    case .weighing(let weight):
      try moments.solver(layer: layer, weight: weight)
        .solve(keys: keys, protected: protected) { try moments.matrix(layer: layer) }
    case .nullSpace(let threshold, let ridge):
      try moments.nullSpace(layer: layer, threshold: threshold)
        .solve(keys: keys, protected: protected, ridge: ridge)
    }
  }
}
