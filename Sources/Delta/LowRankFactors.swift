package import LinearAlgebra

/// A change of one tensor as a product of two slim matrices: Δ = left · rightᵀ, `[rows, columns]` in
/// the orientation in which the tensor is stored.
package struct LowRankFactors: Sendable {
  /// `[rows, rank]`.
  package let left: Matrix<Double>
  /// `[columns, rank]`.
  package let right: Matrix<Double>

  /// A change from its factors.
  ///
  /// - Throws: ``DeltaError/shapeMismatch(what:found:expected:)`` when the ranks differ.
  package init(left: Matrix<Double>, right: Matrix<Double>) throws(DeltaError) {
    guard left.columns == right.columns else {
      throw .shapeMismatch(
        what: "rank of the right factor", found: [right.columns], expected: [left.columns])
    }
    self.left = left
    self.right = right
  }

  /// The tensor's rows.
  package var rows: Int { left.rows }
  /// The tensor's columns.
  package var columns: Int { right.rows }
  /// The number of directions, needed or not.
  package var rank: Int { left.columns }

  /// ‖Δ‖_F, from the two small Gram matrices.
  package var frobeniusNorm: Double {
    var a = Matrix<Double>(rows: rank, columns: rank)
    var b = a
    a.addInnerProduct(of: left)
    b.addInnerProduct(of: right)
    let square = GramProduct.trace(a, b)
    // Where directions cancel, what they leave is below the last place of their squares; QR keeps it.
    let parts = (0..<rank).reduce(0) { $0 + (a[$1, $1] * b[$1, $1]).squareRoot() }
    guard square < 1e-8 * parts * parts else { return square.squareRoot() }
    return Matrix.product(
      QRDecomposition.upper(of: left), .none, QRDecomposition.upper(of: right), .transposed
    ).frobeniusNorm
  }
}

/// The inputs that an edit must treat right, beside the side of the tensor that they multiply.
package enum EditKeys: Sendable {
  /// K, `[columns, n]`: the tensor maps its columns to its rows, y = W k (most families).
  case columns(Matrix<Double>)
  /// K, `[rows, n]`: the tensor maps its rows to its columns, y = Wᵀ k (GPT-2's layout).
  case rows(Matrix<Double>)
}
