internal import COpenBLAS

/// Whether a factor of a product is taken as stored or transposed.
package enum Transposition: Sendable {
  case none
  case transposed
}

/// An element type that OpenBLAS has kernels for.
package protocol MatrixScalar: BinaryFloatingPoint, Sendable {
  /// C ← α op(A) op(B) + β C, all row-major.
  ///
  /// - Parameters:
  ///   - m: rows of op(A) and C.
  ///   - n: columns of op(B) and C.
  ///   - k: columns of op(A), rows of op(B).
  ///   - lda: elements from one stored row of A to the next; likewise `ldb`, `ldc`.
  /// - Precondition: C overlaps neither A nor B.
  static func gemm(
    _ transposeA: Transposition, _ transposeB: Transposition, m: Int, n: Int, k: Int,
    alpha: Self, _ a: UnsafePointer<Self>, lda: Int, _ b: UnsafePointer<Self>, ldb: Int,
    beta: Self, _ c: UnsafeMutablePointer<Self>, ldc: Int)
}

extension Transposition {
  var blas: CBLAS_TRANSPOSE { self == .none ? CblasNoTrans : CblasTrans }
}

extension Double: MatrixScalar {
  /// `cblas_dgemm`.
  package static func gemm(
    _ transposeA: Transposition, _ transposeB: Transposition, m: Int, n: Int, k: Int,
    alpha: Double, _ a: UnsafePointer<Double>, lda: Int, _ b: UnsafePointer<Double>, ldb: Int,
    beta: Double, _ c: UnsafeMutablePointer<Double>, ldc: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, transposeA.blas, transposeB.blas, Int32(m), Int32(n), Int32(k), alpha, a,
      Int32(max(lda, 1)), b, Int32(max(ldb, 1)), beta, c, Int32(max(ldc, 1)))
  }
}

extension Float: MatrixScalar {
  /// `cblas_sgemm`.
  package static func gemm(
    _ transposeA: Transposition, _ transposeB: Transposition, m: Int, n: Int, k: Int,
    alpha: Float, _ a: UnsafePointer<Float>, lda: Int, _ b: UnsafePointer<Float>, ldb: Int,
    beta: Float, _ c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, transposeA.blas, transposeB.blas, Int32(m), Int32(n), Int32(k), alpha, a,
      Int32(max(lda, 1)), b, Int32(max(ldb, 1)), beta, c, Int32(max(ldc, 1)))
  }
}
