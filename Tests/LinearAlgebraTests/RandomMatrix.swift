import LinearAlgebra
import TestSupport

extension SeededGenerator {
  /// AAᵀ/n + ridge · I: symmetric positive definite.
  mutating func secondMoment(order: Int, samples: Int, ridge: Double) -> Matrix<Double> {
    let a = matrix(order, samples)
    var c = schoolbookProduct(a, a.transposed)
    for i in 0..<order {
      for j in 0..<order { c[i, j] = c[i, j] / Double(samples) + (i == j ? ridge : 0) }
    }
    return c
  }
}

/// The solution of A X = B by Gaussian elimination with pivoting, in extended precision.
func schoolbookSolve(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
  let (n, k) = (a.rows, b.columns)
  var m = (0..<n).map { i in a.row(i).map { WideFloat($0) } + b.row(i).map { WideFloat($0) } }
  for p in 0..<n {
    let pivot = (p..<n).max { abs(m[$0][p]) < abs(m[$1][p]) } ?? p
    m.swapAt(p, pivot)
    for i in p + 1..<max(n, p + 1) {
      let factor = m[i][p] / m[p][p]
      for j in p..<n + k { m[i][j] -= factor * m[p][j] }
    }
  }
  for p in stride(from: n - 1, through: 0, by: -1) {
    for j in n..<n + k {
      for q in p + 1..<max(n, p + 1) { m[p][j] -= m[p][q] * m[q][j] }
      m[p][j] /= m[p][p]
    }
  }
  return Matrix(rows: n, columns: k) { i, j in Double(m[i][n + j]) }
}

/// ‖A − B‖ / ‖B‖ in the Frobenius norm.
func relativeDistance(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
  guard a.rows == b.rows, a.columns == b.columns else { return .infinity }
  let difference = zip(a.storage, b.storage).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  let norm = b.frobeniusNorm
  return norm > 0 ? difference.squareRoot() / norm : difference.squareRoot()
}

func identity(_ order: Int) -> Matrix<Double> {
  Matrix(rows: order, columns: order) { i, j in i == j ? 1 : 0 }
}
