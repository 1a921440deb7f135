extension Matrix {
  /// op(A) op(B), `[rows of op(A), columns of op(B)]`.
  ///
  /// - Precondition: the inner extents agree.
  /// - Complexity: one BLAS `gemm`.
  @_specialize(where Scalar == Double)
  @_specialize(where Scalar == Float)
  package static func product(
    _ a: Matrix, _ transposeA: Transposition = .none, _ b: Matrix,
    _ transposeB: Transposition = .none
  ) -> Matrix {
    let (m, k) = transposeA == .none ? (a.rows, a.columns) : (a.columns, a.rows)
    let (inner, n) = transposeB == .none ? (b.rows, b.columns) : (b.columns, b.rows)
    precondition(k == inner, "product of \(m) x \(k) and \(inner) x \(n)")
    var c = Matrix(rows: m, columns: n)
    guard m > 0, n > 0, k > 0 else { return c }
    a.storage.withUnsafeBufferPointer { a0 in
      b.storage.withUnsafeBufferPointer { b0 in
        c.storage.withUnsafeMutableBufferPointer { c0 in
          guard let ap = a0.baseAddress, let bp = b0.baseAddress, let cp = c0.baseAddress
          else { return }
          Scalar.gemm(
            transposeA, transposeB, m: m, n: n, k: k, alpha: 1, ap, lda: a.columns, bp,
            ldb: b.columns, beta: 0, cp, ldc: n)
        }
      }
    }
    return c
  }
}
