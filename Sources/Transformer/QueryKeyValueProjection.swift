internal import CKernels
internal import LinearAlgebra

/// A block's projection onto queries, keys and values, rotated; rows from which nobody asks have no query.
struct QueryKeyValueProjection {
  let architecture: ModelArchitecture
  let rotary: RotaryTable?
  let workers: Workers
  private var queryWidth: Int { architecture.queryWidth }
  private var stride: Int { architecture.queryKeyValueWidth }

  /// Fills `qkv`, `[rows, q + 2 kv]`, from normalised rows `[rows, d]`.
  ///
  /// - Parameters:
  ///   - positions: each row's.
  ///   - asking: the rows whose queries are wanted; `nil` for all.
  func apply(
    _ linear: PreparedLinear, _ x: UnsafePointer<Float>, to qkv: UnsafeMutablePointer<Float>,
    positions: [Int32], rows: Int, asking: [Int32]? = nil
  ) {
    let keyHeads = architecture.keyValueHeadCount
    guard let asking, asking.count < rows else {
      return part(
        linear, 0..<stride, x, to: qkv, stride: stride, positions, rows: rows,
        heads: architecture.headCount + keyHeads)
    }
    part(
      linear, queryWidth..<stride, x, to: qkv + queryWidth, stride: stride, positions, rows: rows,
      heads: keyHeads)
    guard !asking.isEmpty else { return }
    let inputs = FloatRows(unwritten: asking.count, columns: linear.inputs)
    for (i, row) in asking.enumerated() {
      inputs.row(i).update(from: x + Int(row) * linear.inputs, count: linear.inputs)
    }
    let queries = FloatRows(unwritten: asking.count, columns: queryWidth)
    part(
      linear, 0..<queryWidth, inputs.base, to: queries.base, stride: queryWidth,
      asking.map { positions[Int($0)] }, rows: asking.count, heads: architecture.headCount)
    for (i, row) in asking.enumerated() {
      (qkv + Int(row) * stride).update(from: queries.row(i), count: queryWidth)
    }
  }

  /// The gradient with respect to the normalised rows, `[rows, d]`, to `dx`.
  ///
  /// - Parameters:
  ///   - gradient: that of q, k and v, not rotated, `[rows, q + 2 kv]`.
  ///   - asking: as in `apply`: the other rows' queries have no gradient.
  func applyBackward(
    _ linear: PreparedLinear, _ gradient: FloatRows, to dx: FloatRows, asking: [Int32]? = nil
  ) {
    let rows = gradient.rows
    guard let asking, asking.count < rows else {
      return linear.applyTransposed(
        gradient.base, outputStride: stride, to: dx.base, inputStride: linear.inputs, rows: rows,
        workers)
    }
    linear.outputs(queryWidth..<stride).applyTransposed(
      gradient.base + queryWidth, outputStride: stride, to: dx.base, inputStride: linear.inputs,
      rows: rows, workers)
    guard !asking.isEmpty else { return }
    let queries = FloatRows(unwritten: asking.count, columns: queryWidth)
    for (i, row) in asking.enumerated() {
      queries.row(i).update(from: gradient.row(Int(row)), count: queryWidth)
    }
    let inputs = FloatRows(unwritten: asking.count, columns: linear.inputs)
    linear.outputs(0..<queryWidth).applyTransposed(
      queries.base, outputStride: queryWidth, to: inputs.base, inputStride: linear.inputs,
      rows: asking.count, workers)
    for (i, row) in asking.enumerated() {
      emend_accumulate(dx.row(Int(row)), inputs.row(i), linear.inputs)
    }
  }

  /// Some outputs for all of some rows, with their bias, the first `heads` heads among them rotated.
  private func part(
    _ linear: PreparedLinear, _ outputs: Range<Int>, _ x: UnsafePointer<Float>,
    to y: UnsafeMutablePointer<Float>, stride: Int, _ positions: [Int32], rows: Int, heads: Int
  ) {
    linear.outputs(outputs).apply(
      x, inputStride: linear.inputs, to: y, outputStride: stride, rows: rows, accumulating: false,
      workers)
    positions.withUnsafeBufferPointer { positions in
      guard let first = positions.baseAddress else { return }
      workers.split(rows, minimum: 64) { range in
        let start = y + range.lowerBound * stride
        if let bias = linear.bias {
          emend_add_bias(
            start, bias.base + outputs.lowerBound, range.count, outputs.count, stride)
        }
        rotary?.rotate(
          start, rows: range.count, stride: stride, heads: heads,
          headWidth: architecture.headWidth, positions: first + range.lowerBound, direction: 1)
      }
    }
  }
}
