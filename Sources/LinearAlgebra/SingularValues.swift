internal import COpenBLAS

/// The thin singular value decomposition A = U diag(s) Vᵀ of an m × n matrix, with k = min(m, n).
///
/// LAPACK counts by columns and so decomposes Aᵀ = V diag(s) Uᵀ; its two factors, read row by row,
/// are exactly Vᵀ and U. Nothing is transposed.
package struct SingularValues: Sendable {
  /// U, `[m, k]`: UᵀU = I.
  package let left: Matrix<Double>
  /// s, descending, none negative.
  package let values: [Double]
  /// Vᵀ, `[k, n]`: VᵀV = I.
  package let rightTransposed: Matrix<Double>

  /// How a matrix is decomposed.
  package enum Algorithm: Sendable, CaseIterable {
    /// By divide and conquer (`dgesdd`).
    case divideAndConquer
    /// By QR iteration (`dgesvd`), which converges where the other may not.
    case iteration
  }

  /// Decomposes A, `[m, n]`.
  ///
  /// - Parameter algorithms: each is for what the one before does not converge on.
  /// - Throws: ``LinearAlgebraError/notFinite(matrix:)``,
  ///   ``LinearAlgebraError/noConvergence(rows:columns:)``.
  package init(
    _ matrix: Matrix<Double>, by algorithms: [Algorithm] = Algorithm.allCases
  ) throws(LinearAlgebraError) {
    guard matrix.storage.allSatisfy(\.isFinite) else { throw .notFinite(matrix: "the matrix") }
    let k = min(matrix.rows, matrix.columns)
    guard k > 0 else {
      left = Matrix(rows: matrix.rows, columns: 0)
      values = []
      rightTransposed = Matrix(rows: 0, columns: matrix.columns)
      return
    }
    for algorithm in algorithms {
      guard let found = Self.decompose(matrix, by: algorithm) else { continue }
      (left, values, rightTransposed) = found
      return
    }
    throw .noConvergence(rows: matrix.rows, columns: matrix.columns)
  }

  private static func decompose(
    _ matrix: Matrix<Double>, by algorithm: Algorithm
  ) -> (Matrix<Double>, [Double], Matrix<Double>)? {
    let (m, n) = (matrix.rows, matrix.columns)
    let k = min(m, n)
    var a = matrix.storage
    var s = [Double](repeating: 0, count: k)
    var u = [Double](repeating: 0, count: m * k)
    var vt = [Double](repeating: 0, count: k * n)
    var integers = [Int32](repeating: 0, count: 8 * k)
    var (mm, nn, kk, info) = (Int32(m), Int32(n), Int32(k), Int32(0))
    LAPACKWorkspace.lend { work, length in
      switch algorithm {
      case .divideAndConquer:
        dgesdd_("S", &nn, &mm, &a, &nn, &s, &vt, &nn, &u, &kk, work, length, &integers, &info, 1)
      case .iteration:
        dgesvd_("S", "S", &nn, &mm, &a, &nn, &s, &vt, &nn, &u, &kk, work, length, &info, 1, 1)
      }
    }
    guard info == 0 else { return nil }
    return (Matrix(rows: m, columns: k, u), s, Matrix(rows: k, columns: n, vt))
  }
}
