package import LinearAlgebra

/// What an edit does to one weight matrix, as factors.
package struct LayerUpdate: Sendable {
  /// The edited layer.
  package let layer: Int
  /// The tensor's name in the checkpoint.
  package let tensor: String
  /// The mean keys K, `[f, n]`: one column a request.
  package let keys: Matrix<Double>
  /// X = (λC + KKᵀ)⁻¹K, `[f, n]`.
  package let adjustedKeys: Matrix<Double>
  /// This layer's share of the residual, `[d, n]`.
  package let residual: Matrix<Double>
  /// Which extent of the stored matrix the keys run along.
  package let keySide: KeySide

  /// Which extent of a stored weight matrix its input runs along.
  package enum KeySide: Sendable, Equatable {
    /// `[d, f]`: columns are inputs (Linear).
    case columns
    /// `[f, d]`: rows are inputs (Conv1D).
    case rows
  }

  /// An update whose parts are known.
  package init(
    layer: Int, tensor: String, keys: Matrix<Double>, adjustedKeys: Matrix<Double>,
    residual: Matrix<Double>, keySide: KeySide
  ) {
    self.layer = layer
    self.tensor = tensor
    self.keys = keys
    self.adjustedKeys = adjustedKeys
    self.residual = residual
    self.keySide = keySide
  }

  /// The left factor of the change in stored orientation: `left · rightᵀ`.
  package var left: Matrix<Double> { keySide == .columns ? residual : adjustedKeys }
  /// The right factor.
  package var right: Matrix<Double> { keySide == .columns ? adjustedKeys : residual }
}
