internal import LinearAlgebra
package import Transformer

/// The learned map from a token's (u, δ) to the pair whose outer product edits a matrix, for all edited
/// matrices of one shape.
///
/// Rows are u and δ side by side, normalised by coordinate. Each layer is y = x + max(0, s ⊙ (U V x + b) + t)
/// with s and t of the matrix's own; at the start U = 0, and the map is the identity.
/// - Source: MEND, arXiv 2110.11309, section 3.2, with the released program's layers (a clamp in each, and
///   its slope at 0 is 1).
package final class GradientTransform {
  /// The shape of the matrices: d_in and d_out.
  package struct Shape: Hashable, Sendable {
    /// d_in.
    package let inputs: Int
    /// d_out.
    package let outputs: Int

    /// A shape.
    package init(inputs: Int, outputs: Int) {
      self.inputs = inputs
      self.outputs = outputs
    }

    /// The width of a row, d_in + d_out.
    package var width: Int { inputs + outputs }
  }

  /// The parameters of one layer, or their gradients.
  package struct Layer {
    /// U, `[width, rank]`.
    let up: FloatRows
    /// V, `[rank, width]`.
    let down: FloatRows
    /// b, `[1, width]`.
    let bias: FloatRows
    /// s, `[matrices, width]`.
    let scale: FloatRows
    /// t, `[matrices, width]`.
    let shift: FloatRows

    init(width: Int, rank: Int, matrices: Int) {
      up = FloatRows(rows: width, columns: rank)
      down = FloatRows(rows: rank, columns: width)
      bias = FloatRows(rows: 1, columns: width)
      scale = FloatRows(rows: matrices, columns: width)
      shift = FloatRows(rows: matrices, columns: width)
    }

    /// All of them by name.
    package var tensors: [(name: String, values: FloatRows)] {
      [("u", up), ("v", down), ("bias", bias), ("scale", scale), ("shift", shift)]
    }
  }

  /// What a step forward leaves for the step backward.
  package struct Trace {
    /// The rows before, between and after the layers, `[n, width]` each.
    fileprivate var states: [FloatRows]
    /// V x of each layer, `[n, rank]`.
    fileprivate var inner: [FloatRows] = []
    /// U V x + b of each layer, `[n, width]`.
    fileprivate var before: [FloatRows] = []
    /// The transformed rows, `[n, width]`.
    package var output: FloatRows { states[states.count - 1] }
  }

  /// Of the matrices.
  package let shape: Shape
  /// The edited matrices of this shape, in the order of the model.
  package let matrices: [String]
  /// The width inside a layer.
  package let rank: Int
  /// The parameters.
  package let layers: [Layer]

  /// The map that changes nothing, with V drawn from the standard normal distribution.
  package init(
    _ shape: Shape, matrices: [String], rank: Int, layers count: Int, random: inout SeededRandom
  ) {
    self.shape = shape
    self.matrices = matrices
    self.rank = min(rank, shape.width)
    let rank = self.rank
    layers = (0..<count).map { _ in
      Layer(width: shape.width, rank: rank, matrices: matrices.count)
    }
    for layer in layers {
      for i in 0..<rank * shape.width { layer.down.base[i] = Float(random.normal()) }
      layer.scale.base.update(repeating: 1, count: matrices.count * shape.width)
    }
  }

  /// All parameters by name, `layer.<i>.<name>`.
  package var tensors: [(name: String, values: FloatRows)] { Self.named(layers) }

  /// Zeros for the parameters' gradients.
  package func zeroGradients() -> [Layer] {
    layers.map { _ in Layer(width: shape.width, rank: rank, matrices: matrices.count) }
  }

  static func named(_ layers: [Layer]) -> [(name: String, values: FloatRows)] {
    layers.enumerated().flatMap { index, layer in
      layer.tensors.map { ("layer.\(index).\($0.name)", $0.values) }
    }
  }

  /// Maps the rows of one matrix.
  ///
  /// - Parameters:
  ///   - rows: `[n, width]`, normalised.
  ///   - matrix: its index among ``matrices``.
  package func forward(_ rows: FloatRows, matrix: Int) -> Trace {
    var trace = Trace(states: [rows])
    let (n, width) = (rows.rows, shape.width)
    for layer in layers {
      let x = trace.output
      let inner = FloatRows(rows: n, columns: rank)
      let before = FloatRows(rows: n, columns: width)
      let y = FloatRows(rows: n, columns: width)
      if n > 0 {
        Float.gemm(
          .none, .transposed, m: n, n: rank, k: width, alpha: 1, x.base, lda: width,
          layer.down.base, ldb: width, beta: 0, inner.base, ldc: rank)
        Float.gemm(
          .none, .transposed, m: n, n: width, k: rank, alpha: 1, inner.base, lda: rank,
          layer.up.base, ldb: rank, beta: 0, before.base, ldc: width)
      }
      let (bias, scale, shift) = (
        layer.bias.base, layer.scale.row(matrix), layer.shift.row(matrix)
      )
      for row in 0..<n {
        let (x, p, y) = (x.row(row), before.row(row), y.row(row))
        for i in 0..<width {
          p[i] += bias[i]
          y[i] = x[i] + max(0, scale[i] * p[i] + shift[i])
        }
      }
      trace.inner.append(inner)
      trace.before.append(before)
      trace.states.append(y)
    }
    return trace
  }

  /// Adds to the parameters' gradients.
  ///
  /// - Parameters:
  ///   - gradient: of the transformed rows, `[n, width]`.
  ///   - sums: one entry a layer.
  package func backward(
    _ gradient: FloatRows, _ trace: Trace, matrix: Int, to sums: [Layer]
  ) {
    let (n, width) = (gradient.rows, shape.width)
    guard n > 0 else { return }
    var dy = gradient
    for index in layers.indices.reversed() {
      let (layer, sum) = (layers[index], sums[index])
      let (x, inner, before) = (trace.states[index], trace.inner[index], trace.before[index])
      let dp = FloatRows(rows: n, columns: width)
      let (scale, shift) = (layer.scale.row(matrix), layer.shift.row(matrix))
      let (dScale, dShift, dBias) = (
        sum.scale.row(matrix), sum.shift.row(matrix), sum.bias.base
      )
      for row in 0..<n {
        let (d, p, out) = (dy.row(row), before.row(row), dp.row(row))
        for i in 0..<width where scale[i] * p[i] + shift[i] >= 0 {
          dScale[i] += d[i] * p[i]
          dShift[i] += d[i]
          out[i] = d[i] * scale[i]
          dBias[i] += out[i]
        }
      }
      Float.gemm(
        .transposed, .none, m: width, n: rank, k: n, alpha: 1, dp.base, lda: width, inner.base,
        ldb: rank, beta: 1, sum.up.base, ldc: rank)
      let dInner = FloatRows(rows: n, columns: rank)
      Float.gemm(
        .none, .none, m: n, n: rank, k: width, alpha: 1, dp.base, lda: width, layer.up.base,
        ldb: rank, beta: 0, dInner.base, ldc: rank)
      Float.gemm(
        .transposed, .none, m: rank, n: width, k: n, alpha: 1, dInner.base, lda: rank, x.base,
        ldb: width, beta: 1, sum.down.base, ldc: width)
      guard index > 0 else { break }
      let dx = FloatRows(rows: n, columns: width)
      dx.base.update(from: dy.base, count: n * width)
      Float.gemm(
        .none, .none, m: n, n: width, k: rank, alpha: 1, dInner.base, lda: rank, layer.down.base,
        ldb: width, beta: 1, dx.base, ldc: width)
      dy = dx
    }
  }
}
