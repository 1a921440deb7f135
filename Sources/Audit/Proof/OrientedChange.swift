internal import Delta
internal import Editing
internal import LinearAlgebra

/// A change as a map from inputs to outputs, ΔW = out · inᵀ, whichever way the checkpoint stores it.
struct OrientedChange: Sendable {
  /// `[d, r]`.
  let out: Matrix<Double>
  /// `[f, r]`: one direction of the inputs a column.
  let input: Matrix<Double>

  /// The factors given.
  init(out: Matrix<Double>, input: Matrix<Double>) {
    self.out = out
    self.input = input
  }

  /// A stored change, all of it. One that is more than directions has a direction for each output.
  ///
  /// - Throws: ``DeltaError``.
  init(_ delta: TensorDelta, _ keySide: LayerUpdate.KeySide) throws {
    if case .lowRank(let quantised) = delta {
      let factors = quantised.factors()
      self =
        keySide == .columns
        ? OrientedChange(out: factors.left, input: factors.right)
        : OrientedChange(out: factors.right, input: factors.left)
      return
    }
    var values = Matrix<Double>(rows: delta.rows, columns: delta.columns)
    try delta.forEachBand { rows, band in
      let start = rows.lowerBound * delta.columns
      for i in band.indices { values.storage[start + i] = band[i] }
    }
    let input = keySide == .columns ? values.transposed : values
    out = Matrix(rows: input.columns, columns: input.columns) { $0 == $1 ? 1 : 0 }
    self.input = input
  }

  /// ‖ΔW‖_F.
  var norm: Double { Matrix.product(core, .none, input, .transposed).frobeniusNorm }

  /// R of out = QR, `[min(d, r), r]`: its norms are those of `out`.
  var core: Matrix<Double> { QRDecomposition(out).upper }

  /// The part whose inputs are perpendicular to some directions.
  ///
  /// - Parameter span: `[f, k]`, orthonormal columns.
  func removing(_ span: Matrix<Double>) -> OrientedChange {
    var rest = input
    // Twice: what rounding leaves of the first projection, the second takes.
    for _ in 0..<2 {
      let part = Matrix.product(
        span, .none, Matrix.product(span, .transposed, rest, .none), .none)
      for i in rest.storage.indices { rest.storage[i] -= part.storage[i] }
    }
    return OrientedChange(out: out, input: rest)
  }

  /// The change less `left` · `right`ᵀ.
  func subtracting(_ left: Matrix<Double>, _ right: Matrix<Double>) -> OrientedChange {
    OrientedChange(
      out: .concatenatingColumns([out, left.negated]), input: .concatenatingColumns([input, right]))
  }

  /// ΔW · K, `[d, n]`.
  func applied(to keys: Matrix<Double>) -> Matrix<Double> {
    Matrix.product(out, .none, Matrix.product(input, .transposed, keys, .none), .none)
  }
}
