internal import LinearAlgebra

/// A weight matrix in float32, ready for products.
struct PreparedLinear {
  /// Whether rows are outputs or inputs.
  enum Order {
    case outputsByInputs
    case inputsByOutputs
  }
  /// Keeps `weight` alive.
  let owner: AnyObject?
  let weight: UnsafePointer<Float>
  let order: Order
  let inputs: Int
  let outputs: Int
  /// Elements from one stored row to the next.
  let stride: Int
  /// `[outputs]`, where there is one.
  let bias: FloatRows?

  /// y ← x W (+ y where `accumulating`), for `rows` rows; the bias is not added.
  func apply(
    _ x: UnsafePointer<Float>, inputStride: Int, to y: UnsafeMutablePointer<Float>,
    outputStride: Int, rows: Int, accumulating: Bool, _ workers: Workers
  ) {
    Self.forEachTile(rows, outputs, workers) { rows, columns in
      Float.gemm(
        .none, order == .outputsByInputs ? .transposed : .none, m: rows.count, n: columns.count,
        k: inputs, alpha: 1, x + rows.lowerBound * inputStride, lda: inputStride,
        weight + columns.lowerBound * (order == .outputsByInputs ? stride : 1), ldb: stride,
        beta: accumulating ? 1 : 0,
        y + rows.lowerBound * outputStride + columns.lowerBound, ldc: outputStride)
    }
  }

  /// dx ← dy Wᵀ, the gradient with respect to the input.
  func applyTransposed(
    _ dy: UnsafePointer<Float>, outputStride: Int, to dx: UnsafeMutablePointer<Float>,
    inputStride: Int, rows: Int, _ workers: Workers
  ) {
    Self.forEachTile(rows, inputs, workers) { rows, columns in
      Float.gemm(
        .none, order == .outputsByInputs ? .none : .transposed, m: rows.count, n: columns.count,
        k: outputs, alpha: 1, dy + rows.lowerBound * outputStride, lda: outputStride,
        weight + columns.lowerBound * (order == .outputsByInputs ? 1 : stride), ldb: stride,
        beta: 0, dx + rows.lowerBound * inputStride + columns.lowerBound, ldc: inputStride)
    }
  }

  /// The most rows and columns of a product that are computed in one piece.
  ///
  /// `sgemm` rounds an element by where it stands in its matrix, so pieces follow from the product alone and
  /// never from the threads. A piece copies its part of the weights: the more rows it has, the less that counts.
  private static let tile = (rows: 512, columns: 1024)

  /// Calls `body` with the rows and the columns of each piece of a product.
  private static func forEachTile(
    _ rows: Int, _ columns: Int, _ workers: Workers, _ body: (Range<Int>, Range<Int>) -> Void
  ) {
    let (height, down) = share(of: rows, atMost: tile.rows)
    let (width, across) = share(of: columns, atMost: tile.columns)
    // Pieces that read the same weights come one after the other.
    workers.forEach(down * across) { index in
      let (row, column) = (index % down * height, index / down * width)
      body(row..<min(row + height, rows), column..<min(column + width, columns))
    }
  }

  /// Items cut into as few parts as may be, of equal size in multiples of 16: what the kernels' tiles like.
  private static func share(of count: Int, atMost most: Int) -> (size: Int, parts: Int) {
    let parts = (count + most - 1) / most
    guard parts > 1 else { return (count, parts) }
    let size = (count + parts * 16 - 1) / (parts * 16) * 16
    return (size, (count + size - 1) / size)
  }

  /// Some of the outputs: a part of the same memory.
  func outputs(_ range: Range<Int>) -> PreparedLinear {
    PreparedLinear(
      owner: owner,
      weight: weight + range.lowerBound * (order == .outputsByInputs ? stride : 1), order: order,
      inputs: inputs, outputs: range.count, stride: stride, bias: nil)
  }
}
