internal import COpenBLAS

/// Sums outer products of float32 rows in float64.
///
/// Each batch is one float32 product, whose rounding stays at that of a few thousand terms; the sum
/// over batches loses nothing that matters.
package struct MomentAccumulator: Sendable {
  private var sum: Matrix<Double>
  private var part: Matrix<Float>
  /// How many rows were taken.
  package private(set) var count = 0

  /// A sum of zeros for rows of `order` numbers.
  package init(order: Int) {
    sum = Matrix(rows: order, columns: order)
    part = Matrix(rows: order, columns: order)
  }

  /// Adds AᵀA for A `[rows, order]`, row-major.
  package mutating func add(_ a: UnsafePointer<Float>, rows: Int) {
    let order = sum.rows
    guard rows > 0, order > 0 else { return }
    part.storage.withUnsafeMutableBufferPointer { c in
      cblas_ssyrk(
        CblasRowMajor, CblasLower, CblasTrans, Int32(order), Int32(rows), 1, a, Int32(order), 0,
        c.baseAddress, Int32(order))
      let part = c
      sum.storage.withUnsafeMutableBufferPointer { total in
        for i in 0..<order {
          for place in i * order...i * order + i { total[place] += Double(part[place]) }
        }
      }
    }
    count += rows
  }

  /// The mean outer product, `[order, order]`, symmetric; zeros where nothing was added.
  package func mean() -> Matrix<Double> {
    var result = sum
    let scale = count == 0 ? 0 : 1 / Double(count)
    for place in result.storage.indices { result.storage[place] *= scale }
    result.mirrorLowerTriangle()
    return result
  }
}
