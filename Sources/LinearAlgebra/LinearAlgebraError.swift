package import Diagnostics

/// What can go wrong with numbers that are the right shape.
package enum LinearAlgebraError: ExplainedError, Equatable {
  /// The leading minor of this order (counted from 1) is not positive: the matrix is not positive
  /// definite to working precision, or holds a NaN.
  case notPositiveDefinite(pivot: Int)
  /// A stored factor whose diagonal element (counted from 0) is not positive and finite.
  case damagedFactor(diagonal: Int, value: Double)
  /// A stored factor that is not square.
  case factorNotSquare(rows: Int, columns: Int)
  /// A weight of the second moment that is not positive and finite.
  case weightOutOfRange(Double)
  /// A NaN or an infinity where numbers are needed.
  case notFinite(matrix: String)
  /// Neither of LAPACK's two algorithms converged.
  case noConvergence(rows: Int, columns: Int)
  /// A product whose partial sums may pass the largest integer that float64 counts to.
  case productNotExact(bound: Double)
  /// A factor of an exact product that is not an integer.
  case notAnInteger(Double)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .notPositiveDefinite(let pivot):
      Explanation(
        "the matrix is not positive definite", field: "leading minor \(pivot)",
        remedy: "Second moments from fewer tokens than dimensions are singular: "
          + "collect more, or add a ridge.")
    case .damagedFactor(let diagonal, let value):
      Explanation(
        "the stored Cholesky factor is damaged", field: "diagonal element \(diagonal)",
        found: "\(value)", expected: "a positive finite number",
        remedy: "Delete the cached factor: it is rebuilt.")
    case .factorNotSquare(let rows, let columns):
      Explanation(
        "the stored Cholesky factor is not square", found: "\(rows) x \(columns)",
        remedy: "Delete the cached factor: it is rebuilt.")
    case .weightOutOfRange(let weight):
      Explanation(
        "the weight of the second moment is out of range", found: "\(weight)",
        expected: "a positive finite number")
    case .notFinite(let matrix):
      Explanation("\(matrix) holds a NaN or an infinity")
    case .noConvergence(let rows, let columns):
      Explanation(
        "the decomposition into singular or eigenvectors did not converge",
        found: "\(rows) x \(columns)")
    case .productNotExact(let bound):
      Explanation(
        "the integer product may not be exact", found: "partial sums up to \(bound)",
        expected: "below 2^53")
    case .notAnInteger(let value):
      Explanation("a factor of the exact product is not an integer", found: "\(value)")
    }
  }
}
