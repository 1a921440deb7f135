/// The product A Bᵀ of integer-valued float64 factors, row tile by row tile, the same on every machine.
///
/// Every partial sum of element (i, j), in whatever order and with or without fused multiply-adds, is
/// an integer of magnitude at most Σ_k |a_ik||b_jk| ≤ Σ_k max_i|a_ik| · max_j|b_jk|. Below 2⁵³ float64
/// holds every such integer, so no step rounds: kernel, blocking and thread count cannot show.
package struct ExactProduct: Sendable {
  /// A, `[m, k]`, integer-valued.
  package let left: Matrix<Double>
  /// B, `[n, k]`, integer-valued.
  package let right: Matrix<Double>
  /// The proven bound on the magnitude of every partial sum.
  package let bound: Double

  /// 2⁵³, the first integer whose successor float64 lacks.
  package static let limit = 9_007_199_254_740_992.0

  /// Proves the bound for two factors.
  ///
  /// - Throws: ``LinearAlgebraError/notAnInteger(_:)``, also for a NaN or an infinity;
  ///   ``LinearAlgebraError/productNotExact(bound:)``.
  /// - Precondition: the factors have the same number of columns.
  package init(left: Matrix<Double>, right: Matrix<Double>) throws(LinearAlgebraError) {
    precondition(left.columns == right.columns, "\(left.columns) against \(right.columns) columns")
    let a = try Self.columnMagnitudes(of: left)
    let b = try Self.columnMagnitudes(of: right)
    let bound = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    // Magnitudes are integers, so below the limit the bound itself has not been rounded.
    guard bound < Self.limit else { throw .productNotExact(bound: bound) }
    self.left = left
    self.right = right
    self.bound = bound
  }

  /// Writes the given rows of A Bᵀ, `[rows.count, n]`, row-major.
  ///
  /// - Precondition: `rows` are rows of A and `target` holds at least `rows.count * n` elements.
  package func multiply(rows: Range<Int>, into target: UnsafeMutableBufferPointer<Double>) {
    let (k, n) = (left.columns, right.rows)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= left.rows, "rows \(rows)")
    precondition(target.count >= rows.count * n, "\(target.count) elements for \(rows.count * n)")
    guard !rows.isEmpty, n > 0, let out = target.baseAddress else { return }
    guard k > 0 else { return out.update(repeating: 0, count: rows.count * n) }
    left.storage.withUnsafeBufferPointer { a in
      right.storage.withUnsafeBufferPointer { b in
        guard let aBase = a.baseAddress, let bBase = b.baseAddress else { return }
        Double.gemm(
          .none, .transposed, m: rows.count, n: n, k: k, alpha: 1, aBase + rows.lowerBound * k,
          lda: k, bBase, ldb: k, beta: 0, out, ldc: n)
      }
    }
  }

  /// The largest magnitude in each column.
  private static func columnMagnitudes(
    of matrix: Matrix<Double>
  ) throws(LinearAlgebraError) -> [Double] {
    let columns = matrix.columns
    var largest = [Double](repeating: 0, count: columns)
    var offender: Double?
    matrix.storage.withUnsafeBufferPointer { source in
      largest.withUnsafeMutableBufferPointer { largest in
        for i in 0..<matrix.rows {
          for j in 0..<columns {
            let value = source[i * columns + j]
            let magnitude = abs(value)
            // Adding 2⁵² rounds a magnitude below 2⁵² to an integer; above it everything is one.
            let isInteger =
              magnitude >= 4_503_599_627_370_496
              ? magnitude.isFinite
              : (magnitude + 4_503_599_627_370_496) - 4_503_599_627_370_496 == magnitude
            if !isInteger { offender = value }
            if magnitude > largest[j] { largest[j] = magnitude }
          }
        }
      }
    }
    if let offender { throw .notAnInteger(offender) }
    return largest
  }
}
