internal import COpenBLAS

/// The Cholesky factor L of a symmetric positive definite matrix A = L Lᵀ, in float64.
///
/// Row-major lower triangle in, row-major lower triangle out: LAPACK, which counts by columns, sees
/// the upper triangle of the transpose, which is the same matrix. Nothing is copied.
package struct Cholesky: Sendable, Equatable {
  /// L, `[order, order]`, row-major; zeros above the diagonal. These are the bytes to cache.
  package let lower: Matrix<Double>

  /// The order of A.
  package var order: Int { lower.rows }

  /// Factorises A.
  ///
  /// - Parameter matrix: A, `[n, n]`; only its lower triangle is read. Handed over (`consume`), it is
  ///   factorised where it stands.
  /// - Throws: ``LinearAlgebraError/notPositiveDefinite(pivot:)``, also for a NaN.
  /// - Precondition: A is square.
  /// - Complexity: n³/3 flops (`dpotrf`).
  package init(factoring matrix: consuming Matrix<Double>) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "\(matrix.rows) x \(matrix.columns) is not square")
    let n = matrix.rows
    let info = matrix.storage.withUnsafeMutableBufferPointer { Self.factorise($0, order: n) }
    guard info == 0 else { throw .notPositiveDefinite(pivot: info) }
    lower = matrix
    if let bad = unusableDiagonal { throw .notPositiveDefinite(pivot: bad + 1) }
  }

  /// Takes back a factor that was stored.
  ///
  /// - Parameter lower: what ``lower`` gave.
  /// - Throws: ``LinearAlgebraError/factorNotSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/damagedFactor(diagonal:value:)``.
  package init(stored lower: Matrix<Double>) throws(LinearAlgebraError) {
    guard lower.rows == lower.columns else {
      throw .factorNotSquare(rows: lower.rows, columns: lower.columns)
    }
    self.lower = lower
    if let bad = unusableDiagonal {
      throw .damagedFactor(diagonal: bad, value: lower[bad, bad])
    }
  }

  /// A⁻¹B.
  ///
  /// - Parameter b: B, `[order, n]`.
  /// - Complexity: 2 order² n flops (two `dtrsm`).
  package func solve(_ b: consuming Matrix<Double>) -> Matrix<Double> {
    backwardSolve(forwardSolve(b))
  }

  /// L⁻¹B, for B `[order, n]`.
  package func forwardSolve(_ b: consuming Matrix<Double>) -> Matrix<Double> {
    triangularSolve(.none, &b)
    return b
  }

  /// L⁻ᵀB, for B `[order, n]`.
  package func backwardSolve(_ b: consuming Matrix<Double>) -> Matrix<Double> {
    triangularSolve(.transposed, &b)
    return b
  }

  /// Every row b of B, `[n, order]`, becomes L⁻¹b.
  package func forwardSolve(rows b: inout Matrix<Double>) { triangularSolve(rows: &b, .none) }

  /// Every row b of B, `[n, order]`, becomes L⁻ᵀb.
  package func backwardSolve(rows b: inout Matrix<Double>) {
    triangularSolve(rows: &b, .transposed)
  }

  private func triangularSolve(_ transposition: Transposition, _ b: inout Matrix<Double>) {
    precondition(b.rows == order, "\(b.rows) rows for a factor of order \(order)")
    let (rows, columns) = (b.rows, b.columns)
    guard rows > 0, columns > 0 else { return }
    lower.storage.withUnsafeBufferPointer { l in
      b.storage.withUnsafeMutableBufferPointer { x in
        cblas_dtrsm(
          CblasRowMajor, CblasLeft, CblasLower, transposition.blas, CblasNonUnit, Int32(rows),
          Int32(columns), 1, l.baseAddress, Int32(rows), x.baseAddress, Int32(columns))
      }
    }
  }

  private func triangularSolve(rows b: inout Matrix<Double>, _ transposition: Transposition) {
    precondition(b.columns == order, "\(b.columns) columns for a factor of order \(order)")
    let (rows, order) = (b.rows, order)
    guard rows > 0, order > 0 else { return }
    lower.storage.withUnsafeBufferPointer { l in
      b.storage.withUnsafeMutableBufferPointer { x in
        guard rows > Self.fewRows else {
          for i in 0..<rows {
            cblas_dtrsv(
              CblasRowMajor, CblasLower, transposition.blas, CblasNonUnit, Int32(order),
              l.baseAddress, Int32(order), x.baseAddress.map { $0 + i * order }, 1)
          }
          return
        }
        // From the right, the factor acts on rows as its transpose does.
        cblas_dtrsm(
          CblasRowMajor, CblasRight, CblasLower, transposition == .none ? CblasTrans : CblasNoTrans,
          CblasNonUnit, Int32(rows), Int32(order), 1, l.baseAddress, Int32(order), x.baseAddress,
          Int32(order))
      }
    }
  }

  /// Up to here a solve is bound by reading L, and `dtrsv` reads it faster than `dtrsm`.
  private static let fewRows = 2

  private var unusableDiagonal: Int? {
    lower.storage.withUnsafeBufferPointer { l in
      (0..<order).first { !(l[$0 * order + $0] > 0 && l[$0 * order + $0].isFinite) }
    }
  }

  /// `dpotrf` in place, zeros above the diagonal; LAPACK's `info`.
  private static func factorise(_ a: UnsafeMutableBufferPointer<Double>, order: Int) -> Int {
    guard order > 0, let base = a.baseAddress else { return 0 }
    var n = Int32(order)
    var info: Int32 = 0
    dpotrf_("U", &n, base, &n, &info, 1)
    guard info == 0 else { return Int(info) }
    for i in 0..<order - 1 {
      (base + i * order + i + 1).update(repeating: 0, count: order - 1 - i)
    }
    return 0
  }
}
