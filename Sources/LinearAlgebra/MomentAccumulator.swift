internal import COpenBLAS

/// Sums outer products of float32 rows in float64.
///
/// Each batch is one float32 product, whose rounding stays at that of a few thousand terms; the sum
/// over batches loses nothing that matters. Only the lower triangle is kept, in bands of rows: half of
/// the memory, and work that threads can share.
package final class MomentAccumulator {
  /// Rows of the sum with their elements up to the diagonal block's end, `[rows, columns]`.
  ///
  /// `@unchecked Sendable`: during `add`, each band is one thread's.
  private final class Band: @unchecked Sendable {
    let rows: Range<Int>
    let sum: UnsafeMutablePointer<Double>
    var columns: Int { rows.upperBound }

    init(_ rows: Range<Int>) {
      self.rows = rows
      let count = rows.count * rows.upperBound
      sum = .allocate(capacity: count)
      sum.initialize(repeating: 0, count: count)
    }

    deinit { sum.deallocate() }

    func add(_ a: UnsafePointer<Float>, count: Int, order: Int) {
      let part = UnsafeMutablePointer<Float>.allocate(capacity: rows.count * columns)
      defer { part.deallocate() }
      let start = rows.lowerBound
      if start > 0 {
        Float.gemm(
          .transposed, .none, m: rows.count, n: start, k: count, alpha: 1, a + start, lda: order, a,
          ldb: order, beta: 0, part, ldc: columns)
      }
      cblas_ssyrk(
        CblasRowMajor, CblasLower, CblasTrans, Int32(rows.count), Int32(count), 1, a + start,
        Int32(order), 0, part + start, Int32(columns))
      for row in 0..<rows.count {
        for place in row * columns...row * columns + start + row {
          sum[place] += Double(part[place])
        }
      }
    }
  }

  private static let bandRows = 512

  /// The length of the rows that are summed.
  package let order: Int
  private let bands: [Band]
  /// How many rows were taken.
  package private(set) var count = 0

  /// A sum of zeros for rows of `order` numbers.
  package init(order: Int) {
    self.order = order
    bands = stride(from: 0, to: order, by: Self.bandRows).map {
      Band($0..<min(order, $0 + Self.bandRows))
    }
  }

  /// Adds AᵀA for A `[rows, order]`, row-major. What is added does not depend on the threads.
  package func add(_ a: UnsafePointer<Float>, rows: Int, _ workers: Workers = Workers(1)) {
    guard rows > 0, order > 0 else { return }
    // The longest first.
    workers.forEach(bands.count) { bands[bands.count - 1 - $0].add(a, count: rows, order: order) }
    count += rows
  }

  /// The bytes that a sum takes, and that ``forEachPart(_:)`` gives in all.
  package static func byteCount(order: Int) -> Int {
    stride(from: 0, to: order, by: bandRows).reduce(0) { bytes, start in
      let end = min(order, start + bandRows)
      return bytes + MemoryLayout<Double>.size * (end - start) * end
    }
  }

  /// The sum as it is, part by part, in an order that never changes.
  package func forEachPart<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    for band in bands {
      try body(
        UnsafeRawBufferPointer(
          start: band.sum,
          count: MemoryLayout<Double>.size * band.rows.count * band.columns))
    }
  }

  /// Goes on from a sum that was written down.
  ///
  /// - Parameter count: the rows that it was a sum over.
  /// - Precondition: `bytes` has ``byteCount(order:)`` of this order.
  package func restore(_ bytes: UnsafeRawBufferPointer, count: Int) {
    precondition(bytes.count == Self.byteCount(order: order), "a sum of another order")
    var start = 0
    for band in bands {
      let size = MemoryLayout<Double>.size * band.rows.count * band.columns
      UnsafeMutableRawBufferPointer(start: band.sum, count: size)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
      start += size
    }
    self.count = count
  }

  /// The mean outer product, `[order, order]`, symmetric; zeros where nothing was added.
  package func mean() -> Matrix<Double> {
    var result = Matrix<Double>(rows: order, columns: order)
    let scale = count == 0 ? 0 : 1 / Double(count)
    result.storage.withUnsafeMutableBufferPointer { target in
      for band in bands {
        for (row, target0) in band.rows.enumerated() {
          let source = band.sum + row * band.columns
          let start = target0 * order
          for j in 0...target0 { target[start + j] = source[j] * scale }
        }
      }
    }
    result.mirrorLowerTriangle()
    return result
  }
}
