internal import CKernels
internal import Checkpoint
internal import LinearAlgebra

/// The gradients of some tensors of a model's blocks, summed over all rows they are told of.
///
/// Sums run over rows in order and matrices are cut into tiles of fixed size, so that the bits do not
/// depend on the number of threads.
package final class WeightGradients: ParameterObserver {
  private let gradients: [String: FloatRows]
  private let architecture: ModelArchitecture
  private let workers: Workers

  /// Rows of a gradient that one thread computes at a time.
  private static let tile = 128

  /// Zeros for some tensors of the blocks.
  ///
  /// - Precondition: the model has blocks with these tensors.
  package init(_ names: [String], of model: DecoderModel) {
    architecture = model.architecture
    workers = model.workers
    let wanted = Set(names)
    var gradients: [String: FloatRows] = [:]
    for (name, shape) in architecture.expectedShapes() where wanted.contains(name) {
      let (rows, columns) = matrixExtents(of: shape)
      gradients[name] = FloatRows(rows: rows, columns: columns)
    }
    precondition(gradients.count == wanted.count, "tensors that the model does not have")
    self.gradients = gradients
  }

  /// The gradient of a tensor in its stored extents, one row for a tensor of one dimension.
  package subscript(name: String) -> FloatRows? { gradients[name] }

  /// Starts the sums anew.
  package func reset() {
    for gradient in gradients.values {
      gradient.base.update(repeating: 0, count: gradient.rows * gradient.columns)
    }
  }

  func wants(_ tensors: [String]) -> Bool { tensors.contains { gradients[$0] != nil } }

  func linear(_ linear: ModelArchitecture.Linear, input: FloatRows, gradient: FloatRows) {
    var start = 0
    for (index, outputs) in linear.outputs.enumerated() {
      let part = Part(base: gradient.base + start, outputs: outputs, of: gradient)
      if let sum = gradients[linear.weights[index]] {
        addWeight(linear, input, part, to: sum)
      }
      if index < linear.biases.count, let sum = gradients[linear.biases[index]] {
        addBias(linear.layout, part, to: sum)
      }
      start += outputs
    }
  }

  func norm(
    _ norm: ModelArchitecture.Norm, _ kind: ModelArchitecture.NormKind, input: FloatRows,
    statistics: RowStatistics, gradient: FloatRows
  ) {
    let width = input.columns
    if let sum = gradients[norm.gain] {
      for row in 0..<gradient.rows {
        let (x, dy) = (input.row(row), gradient.row(row))
        let mean = kind == .layer ? statistics.mean[row] : 0
        let scale = statistics.scale[row]
        for i in 0..<width { sum.base[i] += dy[i] * ((x[i] - mean) * scale) }
      }
    }
    if let bias = norm.bias, let sum = gradients[bias] {
      for row in 0..<gradient.rows { emend_accumulate(sum.base, gradient.row(row), width) }
    }
  }

  /// The columns of a gradient that belong to one tensor.
  private struct Part {
    let base: UnsafeMutablePointer<Float>
    let outputs: Int
    let stride: Int
    let rows: Int

    init(base: UnsafeMutablePointer<Float>, outputs: Int, of whole: FloatRows) {
      (self.base, self.outputs) = (base, outputs)
      (stride, rows) = (whole.columns, whole.rows)
    }
  }

  private func addWeight(
    _ linear: ModelArchitecture.Linear, _ x: FloatRows, _ dy: Part, to sum: FloatRows
  ) {
    switch linear.layout {
    case .outputsByInputs: addProduct(dy.base, dy.stride, x.base, x.columns, dy.rows, to: sum)
    case .inputsByOutputs: addProduct(x.base, x.columns, dy.base, dy.stride, dy.rows, to: sum)
    case .headInterleaved:
      let whole = FloatRows(rows: sum.rows, columns: sum.columns)
      addProduct(dy.base, dy.stride, x.base, x.columns, dy.rows, to: whole)
      addInterleaved(whole.base, width: sum.columns, to: sum.base)
    }
  }

  /// sum += aᵀ b for `rows` rows of both.
  private func addProduct(
    _ a: UnsafePointer<Float>, _ strideA: Int, _ b: UnsafePointer<Float>, _ strideB: Int,
    _ rows: Int, to sum: FloatRows
  ) {
    guard rows > 0 else { return }
    let tiles = (sum.rows + Self.tile - 1) / Self.tile
    workers.forEach(tiles) { index in
      let start = index * Self.tile
      Float.gemm(
        .transposed, .none, m: min(Self.tile, sum.rows - start), n: sum.columns, k: rows, alpha: 1,
        a + start, lda: strideA, b, ldb: strideB, beta: 1, sum.row(start), ldc: sum.columns)
    }
  }

  private func addBias(_ layout: ModelArchitecture.Layout, _ dy: Part, to sum: FloatRows) {
    if layout == .headInterleaved {
      let whole = FloatRows(rows: 1, columns: dy.outputs)
      for row in 0..<dy.rows {
        emend_accumulate(whole.base, dy.base + row * dy.stride, dy.outputs)
      }
      addInterleaved(whole.base, width: 1, to: sum.base)
    } else {
      for row in 0..<dy.rows {
        emend_accumulate(sum.base, dy.base + row * dy.stride, dy.outputs)
      }
    }
  }

  /// Adds rows in the order all q, all k, all v to rows that keep q, k, v of a head together.
  private func addInterleaved(
    _ source: UnsafePointer<Float>, width: Int, to target: UnsafeMutablePointer<Float>
  ) {
    architecture.forEachHeadPart(width: width) { together, apart, count in
      emend_accumulate(target + together, source + apart, count)
    }
  }
}
