internal import CKernels
internal import LinearAlgebra

/// A norm with its parameters in float32, over rows of width d.
struct NormLayer {
  let kind: ModelArchitecture.NormKind
  let epsilon: Float
  let gain: FloatRows
  let bias: FloatRows

  init(_ norm: ModelArchitecture.Norm, _ architecture: ModelArchitecture, _ reader: WeightReader)
    throws
  {
    kind = architecture.norm
    epsilon = architecture.normEpsilon
    gain = try reader.vector(norm.gain)
    bias = try norm.bias.map { try reader.vector($0) } ?? FloatRows(rows: 1, columns: gain.columns)
  }

  /// y ← norm(x); keeps each row's mean and reciprocal deviation for the gradient.
  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, statistics: RowStatistics,
    rows: Int, _ workers: Workers
  ) {
    let width = gain.columns
    workers.split(rows, minimum: 64) { range in
      let start = range.lowerBound
      switch kind {
      case .layer:
        emend_layer_norm(
          x + start * width, gain.base, bias.base, epsilon, y + start * width,
          statistics.mean + start, statistics.scale + start, range.count, width)
      case .rootMeanSquare:
        emend_rms_norm(
          x + start * width, gain.base, epsilon, y + start * width, statistics.scale + start,
          range.count, width)
      }
    }
  }

  /// dx += the gradient with respect to x, given dy and the x of `apply`.
  func applyBackward(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, statistics: RowStatistics,
    to dx: UnsafeMutablePointer<Float>, rows: Int, _ workers: Workers
  ) {
    let width = gain.columns
    workers.split(rows, minimum: 64) { range in
      let start = range.lowerBound
      switch kind {
      case .layer:
        emend_layer_norm_backward(
          dy + start * width, x + start * width, gain.base, statistics.mean + start,
          statistics.scale + start, dx + start * width, range.count, width)
      case .rootMeanSquare:
        emend_rms_norm_backward(
          dy + start * width, x + start * width, gain.base, statistics.scale + start,
          dx + start * width, range.count, width)
      }
    }
  }
}
