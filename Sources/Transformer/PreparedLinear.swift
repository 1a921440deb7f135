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
    workers.split(rows, minimum: 32) { range in
      Float.gemm(
        .none, order == .outputsByInputs ? .transposed : .none, m: range.count, n: outputs,
        k: inputs, alpha: 1, x + range.lowerBound * inputStride, lda: inputStride, weight,
        ldb: stride, beta: accumulating ? 1 : 0,
        y + range.lowerBound * outputStride, ldc: outputStride)
    }
  }

  /// dx ← dy Wᵀ, the gradient with respect to the input.
  func applyTransposed(
    _ dy: UnsafePointer<Float>, outputStride: Int, to dx: UnsafeMutablePointer<Float>,
    inputStride: Int, rows: Int, _ workers: Workers
  ) {
    workers.split(rows, minimum: 32) { range in
      Float.gemm(
        .none, order == .outputsByInputs ? .none : .transposed, m: range.count, n: inputs,
        k: outputs, alpha: 1, dy + range.lowerBound * outputStride, lda: outputStride, weight,
        ldb: stride, beta: 0,
        dx + range.lowerBound * inputStride, ldc: inputStride)
    }
  }

  /// Some of the outputs: a part of the same memory.
  func outputs(_ range: Range<Int>) -> PreparedLinear {
    PreparedLinear(
      owner: owner,
      weight: weight + range.lowerBound * (order == .outputsByInputs ? stride : 1), order: order,
      inputs: inputs, outputs: range.count, stride: stride, bias: nil)
  }
}
