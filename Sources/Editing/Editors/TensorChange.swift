package import LinearAlgebra

/// What an edit does to one tensor of the checkpoint.
package struct TensorChange: Sendable {
  /// The tensor's name.
  package let tensor: String
  /// The change, in stored orientation.
  package let form: Form

  /// The forms of a change.
  package enum Form: Sendable {
    /// Δ = left · rightᵀ of a matrix; `left` is `[rows, r]`, `right` is `[columns, r]`. With keys, the change
    /// is stored as precisely on them as by itself.
    case lowRank(left: Matrix<Double>, right: Matrix<Double>, keys: Keys?)
    /// Δ element by element, `[rows, columns]`: rows are the product of all extents but the last. A bias or a
    /// norm's gain is one row.
    case dense(Matrix<Double>)
  }

  /// Inputs that the edit is about.
  package struct Keys: Sendable {
    /// One key a column, `[f, n]`.
    package let columns: Matrix<Double>
    /// Which extent of the stored matrix they run along.
    package let side: LayerUpdate.KeySide

    /// Keys and their side.
    package init(columns: Matrix<Double>, side: LayerUpdate.KeySide) {
      self.columns = columns
      self.side = side
    }
  }

  /// Rows and columns of the changed tensor, as stored.
  package var extents: (rows: Int, columns: Int) {
    switch form {
    case .lowRank(let left, let right, _): (left.rows, right.rows)
    case .dense(let change): (change.rows, change.columns)
    }
  }

  /// A change of a tensor.
  package init(tensor: String, _ form: Form) {
    self.tensor = tensor
    self.form = form
  }

  /// A layer's update, with its own keys.
  package init(_ update: LayerUpdate) {
    self.init(
      tensor: update.tensor,
      .lowRank(
        left: update.left, right: update.right,
        keys: Keys(columns: update.keys, side: update.keySide)))
  }
}
