internal import COpenBLAS

/// The thin QR decomposition A = QR of an m × n matrix, with k = min(m, n).
package struct QRDecomposition: Sendable {
  /// Q, `[m, k]`: QᵀQ = I.
  package let orthogonal: Matrix<Double>
  /// R, `[k, n]`: zeros below the diagonal.
  package let upper: Matrix<Double>

  /// Decomposes A, `[m, n]`, by Householder reflections (`dgeqrf`, `dorgqr`).
  ///
  /// - Complexity: about 4mn² flops for m ≥ n, and two transposed copies.
  package init(_ matrix: Matrix<Double>) {
    let m = matrix.rows
    let n = matrix.columns
    let k = min(m, n)
    guard k > 0 else {
      orthogonal = Matrix(rows: m, columns: k)
      upper = Matrix(rows: k, columns: n)
      return
    }
    var (byColumns, reflectors) = Self.reflected(matrix)
    upper = Matrix(rows: k, columns: n) { i, j in i <= j ? byColumns[j * m + i] : 0 }
    if n > k { byColumns.removeLast((n - k) * m) }
    var (mm, kk, info) = (Int32(m), Int32(k), Int32(0))
    LAPACKWorkspace.lend { work, length in
      dorgqr_(&mm, &kk, &kk, &byColumns, &mm, &reflectors, work, length, &info)
    }
    orthogonal = Matrix(rows: k, columns: m, byColumns).transposed
  }

  /// R alone, `[min(m, n), n]`, with RᵀR = AᵀA.
  ///
  /// A tall matrix is taken in pieces that the second-level cache holds; their R's, one below the other, have the R of
  /// the whole.
  /// - Complexity: about 2mn² flops for m ≥ n.
  /// - Source: Demmel, Grigori, Hoemmen and Langou, "Communication-optimal parallel and sequential QR", 2012.
  package static func upper(of matrix: Matrix<Double>) -> Matrix<Double> {
    let n = matrix.columns
    let height = max(256, 2 * n)
    if matrix.rows > 2 * height, n > 0 {
      var stacked: [Double] = []
      for first in stride(from: 0, to: matrix.rows, by: height) {
        let count = min(height, matrix.rows - first)
        let piece = Matrix(
          rows: count, columns: n, Array(matrix.storage[first * n..<(first + count) * n]))
        stacked += upper(of: piece).storage
      }
      return upper(of: Matrix(rows: stacked.count / n, columns: n, stacked))
    }
    let m = matrix.rows
    let k = min(m, n)
    guard k > 0 else { return Matrix(rows: k, columns: n) }
    let byColumns = reflected(matrix).byColumns
    return Matrix(rows: k, columns: n) { i, j in i <= j ? byColumns[j * m + i] : 0 }
  }

  /// R above the reflectors, the matrix column after column (`dgeqrf`), with the reflectors' factors.
  private static func reflected(
    _ matrix: Matrix<Double>
  ) -> (byColumns: [Double], reflectors: [Double]) {
    var byColumns = matrix.transposed.storage
    var reflectors = [Double](repeating: 0, count: min(matrix.rows, matrix.columns))
    var (m, n, info) = (Int32(matrix.rows), Int32(matrix.columns), Int32(0))
    LAPACKWorkspace.lend { work, length in
      dgeqrf_(&m, &n, &byColumns, &m, &reflectors, work, length, &info)
    }
    return (byColumns, reflectors)
  }
}
