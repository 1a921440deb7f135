package import LinearAlgebra

extension Matrix<Float> {
  /// A copy of rows.
  package init(_ rows: FloatRows) {
    self.init(
      rows: rows.rows, columns: rows.columns,
      Array(UnsafeBufferPointer(start: rows.base, count: rows.rows * rows.columns)))
  }
}

extension FloatRows {
  /// A copy of a matrix.
  package convenience init(_ matrix: Matrix<Float>) {
    self.init(unwritten: matrix.rows, columns: matrix.columns)
    matrix.storage.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      base.update(from: start, count: source.count)
    }
  }
}
