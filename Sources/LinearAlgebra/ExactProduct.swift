/// The product AᵀB of integer-valued float64 factors, tile by tile, the same on every machine.
///
/// A is `[k, m]` and B is `[k, n]`: one direction a row. Every partial sum of element (i, j), in whatever
/// order and with or without fused multiply-adds, is an integer of magnitude at most
/// Σ_k |a_ki||b_kj| ≤ Σ_k max_i|a_ki| · max_j|b_kj|. Below 2⁵³ float64 holds every such integer, so no
/// step rounds: kernel, blocking and thread count cannot show.
package struct ExactProduct: Sendable {
  /// A, `[k, m]`, integer-valued.
  package let left: Matrix<Double>
  /// B, `[k, n]`, integer-valued.
  package let right: Matrix<Double>
  /// The proven bound on the magnitude of every partial sum.
  package let bound: Double

  /// 2⁵³, the first integer whose successor float64 lacks.
  package static let limit = 9_007_199_254_740_992.0

  /// Proves the bound for two factors.
  ///
  /// - Throws: ``LinearAlgebraError/notAnInteger(_:)``, also for a NaN or an infinity;
  ///   ``LinearAlgebraError/productNotExact(bound:)``.
  /// - Precondition: the factors have the same number of rows.
  package init(left: Matrix<Double>, right: Matrix<Double>) throws(LinearAlgebraError) {
    precondition(left.rows == right.rows, "\(left.rows) against \(right.rows) directions")
    var bound = 0.0
    for k in 0..<left.rows {
      bound +=
        try Self.largestMagnitude(of: left, row: k)
        * Self.largestMagnitude(of: right, row: k)
    }
    // Magnitudes are integers, so below the limit the bound itself has not been rounded.
    guard bound < Self.limit else { throw .productNotExact(bound: bound) }
    self.left = left
    self.right = right
    self.bound = bound
  }

  /// Writes a tile of AᵀB, `[rows.count, columns.count]`, row-major without gaps.
  ///
  /// - Precondition: the ranges are inside A's and B's columns and `target` holds the tile.
  package func multiply(
    rows: Range<Int>, columns: Range<Int>, into target: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= left.columns, "rows \(rows)")
    precondition(columns.lowerBound >= 0 && columns.upperBound <= right.columns, "\(columns)")
    let size = rows.count * columns.count
    precondition(target.count >= size, "\(target.count) elements for \(size)")
    guard size > 0, let out = target.baseAddress else { return }
    guard left.rows > 0 else { return out.update(repeating: 0, count: size) }
    left.storage.withUnsafeBufferPointer { a in
      right.storage.withUnsafeBufferPointer { b in
        guard let aBase = a.baseAddress, let bBase = b.baseAddress else { return }
        Double.gemm(
          .transposed, .none, m: rows.count, n: columns.count, k: left.rows, alpha: 1,
          aBase + rows.lowerBound, lda: left.columns, bBase + columns.lowerBound,
          ldb: right.columns, beta: 0, out, ldc: columns.count)
      }
    }
  }

  /// The largest magnitude in a row.
  private static func largestMagnitude(
    of matrix: Matrix<Double>, row: Int
  ) throws(LinearAlgebraError) -> Double {
    // Adding 2⁵² rounds a magnitude below 2⁵² to an integer; above it everything finite is one.
    let unit = 4_503_599_627_370_496.0
    var largest = 0.0
    var offender: Double?
    for value in matrix.row(row) {
      let magnitude = abs(value)
      let isInteger =
        magnitude >= unit ? magnitude.isFinite : (magnitude + unit) - unit == magnitude
      if !isInteger { offender = value }
      largest = max(largest, magnitude)
    }
    if let offender { throw .notAnInteger(offender) }
    return largest
  }
}
