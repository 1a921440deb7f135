internal import COpenBLAS

extension Matrix where Scalar == Double {
  /// The lower triangle of this matrix ← β · itself + A Aᵀ; the strict upper triangle keeps what it has.
  ///
  /// - Parameter a: A, `[rows, n]`.
  /// - Precondition: the matrix is square and A has as many rows.
  /// - Complexity: rows² n flops (`dsyrk`).
  package mutating func addOuterProduct(of a: Matrix, scalingSelfBy beta: Double = 1) {
    precondition(rows == columns && a.rows == rows, "\(a.rows) rows for order \(rows)")
    symmetricUpdate(CblasNoTrans, a, inner: a.columns, beta)
  }

  /// The lower triangle of this matrix ← β · itself + AᵀA; the strict upper triangle keeps what it has.
  ///
  /// - Parameter a: A, `[n, rows]`.
  /// - Precondition: the matrix is square and A has as many columns.
  package mutating func addInnerProduct(of a: Matrix, scalingSelfBy beta: Double = 1) {
    precondition(rows == columns && a.columns == rows, "\(a.columns) columns for order \(rows)")
    symmetricUpdate(CblasTrans, a, inner: a.rows, beta)
  }

  /// Copies the lower triangle over the upper one.
  package mutating func mirrorLowerTriangle() {
    let n = rows
    storage.withUnsafeMutableBufferPointer { c in
      let block = 32
      for i0 in stride(from: 0, to: n, by: block) {
        for j0 in stride(from: 0, through: i0, by: block) {
          for i in i0..<Swift.min(i0 + block, n) {
            for j in j0..<Swift.min(j0 + block, i) { c[j * n + i] = c[i * n + j] }
          }
        }
      }
    }
  }

  private mutating func symmetricUpdate(
    _ transposition: CBLAS_TRANSPOSE, _ a: Matrix, inner: Int, _ beta: Double
  ) {
    guard rows > 0 else { return }
    let order = rows
    a.storage.withUnsafeBufferPointer { a0 in
      storage.withUnsafeMutableBufferPointer { c in
        cblas_dsyrk(
          CblasRowMajor, CblasLower, transposition, Int32(order), Int32(inner), 1, a0.baseAddress,
          Int32(Swift.max(a.columns, 1)), beta, c.baseAddress, Int32(order))
      }
    }
  }
}
