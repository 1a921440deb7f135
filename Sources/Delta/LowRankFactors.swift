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
    return GramProduct.trace(a, b).squareRoot()
  }
}

/// The inputs that an edit must treat right, beside the side of the tensor that they multiply.
package enum EditKeys: Sendable {
  /// K, `[columns, n]`: the tensor maps its columns to its rows, y = W k (most families).
  case columns(Matrix<Double>)
  /// K, `[rows, n]`: the tensor maps its rows to its columns, y = Wᵀ k (GPT-2's layout).
  case rows(Matrix<Double>)
}
