import CKernels
import TestSupport
import Testing

/// Norms of one row in float64.
enum ExactNorm {
  static func layer(_ x: [Double], _ gain: [Double], _ bias: [Double], _ epsilon: Double)
    -> [Double]
  {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.indices.map {
      (x[$0] - mean) / (variance + epsilon).squareRoot() * gain[$0] + bias[$0]
    }
  }

  static func rootMeanSquare(_ x: [Double], _ gain: [Double], _ epsilon: Double) -> [Double] {
    let square = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    return x.indices.map { x[$0] / (square + epsilon).squareRoot() * gain[$0] }
  }

  /// Σ dy · f(x + t e_i) by central differences, for every i.
  static func gradient(_ x: [Double], _ dy: [Double], _ f: ([Double]) -> [Double]) -> [Double] {
    x.indices.map { i in
      let values = [1e-6, -1e-6].map { step in
        var moved = x
        moved[i] += step
        return zip(dy, f(moved)).reduce(0) { $0 + $1.0 * $1.1 }
      }
      return (values[0] - values[1]) / 2e-6
    }
  }
}

@Suite("Norms, biases and their gradients against float64")
struct NormalisationTests {
  static let widths = Array(1...35) + [160]

  @Test("layer norm and its gradient, which is added", arguments: widths)
  func layerNorm(width: Int) {
    var draw = SeededGenerator(seed: UInt64(width))
    let rows = 3
    let x = draw.numbers(rows * width).map { $0 + 5 }
    let (gain, bias) = (draw.numbers(width), draw.numbers(width))
    let dy = draw.numbers(rows * width)
    let before = draw.numbers(rows * width)
    var (y, dx) = (x, before)
    var (mean, scale) = ([Float](repeating: 0, count: rows), [Float](repeating: 0, count: rows))
    emend_layer_norm(x, gain, bias, 1e-5, &y, &mean, &scale, rows, width)
    emend_layer_norm_backward(dy, x, gain, mean, scale, &dx, rows, width)
    let (wideGain, wideBias) = (gain.map(Double.init), bias.map(Double.init))
    for row in 0..<rows {
      let range = row * width..<(row + 1) * width
      let wide = x[range].map(Double.init)
      let f = { ExactNorm.layer($0, wideGain, wideBias, Double(Float(1e-5))) }
      for (found, expected) in zip(y[range], f(wide)) { #expect(isClose(found, expected, 4e-5)) }
      let gradient = ExactNorm.gradient(wide, dy[range].map(Double.init), f)
      // Where a row is nearly constant, its reciprocal deviation magnifies every rounding.
      let tolerance = 2e-5 * Double(max(1, scale[row]))
      for (i, expected) in zip(range, gradient) {
        #expect(isClose(dx[i] - before[i], expected, tolerance), "row \(row)")
      }
    }
  }

  @Test("root-mean-square norm and its gradient, which is added", arguments: widths)
  func rootMeanSquareNorm(width: Int) {
    var draw = SeededGenerator(seed: UInt64(width) + 100)
    let rows = 3
    let x = draw.numbers(rows * width)
    let gain = draw.numbers(width)
    let dy = draw.numbers(rows * width)
    let before = draw.numbers(rows * width)
    var (y, dx) = (x, before)
    var scale = [Float](repeating: 0, count: rows)
    emend_rms_norm(x, gain, 1e-5, &y, &scale, rows, width)
    emend_rms_norm_backward(dy, x, gain, scale, &dx, rows, width)
    let wideGain = gain.map(Double.init)
    for row in 0..<rows {
      let range = row * width..<(row + 1) * width
      let wide = x[range].map(Double.init)
      let f = { ExactNorm.rootMeanSquare($0, wideGain, Double(Float(1e-5))) }
      for (found, expected) in zip(y[range], f(wide)) { #expect(isClose(found, expected, 2e-6)) }
      let gradient = ExactNorm.gradient(wide, dy[range].map(Double.init), f)
      let tolerance = 2e-5 * Double(max(1, scale[row]))
      for (i, expected) in zip(range, gradient) {
        #expect(isClose(dx[i] - before[i], expected, tolerance), "row \(row)")
      }
    }
  }

  @Test("a constant row becomes the bias, a row with NaN or infinity becomes NaN")
  func extremes() {
    let x: [Float] = [7, 7, 7, 1, .nan, 2, 1, .infinity, 2]
    var y = [Float](repeating: 0, count: 9)
    var (mean, scale) = ([Float](repeating: 0, count: 3), [Float](repeating: 0, count: 3))
    emend_layer_norm(x, [1, 2, 3], [4, 5, 6], 1e-5, &y, &mean, &scale, 3, 3)
    #expect(Array(y[0..<3]) == [4, 5, 6])
    #expect(y[3...].filter(\.isNaN).count == 6)
    emend_rms_norm([0, 0, 0], [1, 2, 3], 1e-5, &y, &scale, 1, 3)
    #expect(Array(y[0..<3]) == [0, 0, 0])
    emend_rms_norm([1, .nan, 2], [1, 2, 3], 1e-5, &y, &scale, 1, 3)
    #expect(y[0..<3].filter(\.isNaN).count == 3)
  }

  @Test("biases go to rows that are further apart than they are wide")
  func biases() {
    for columns in [1, 5, 16, 33] {
      let stride = columns + 3
      var x = (0..<4 * stride).map { Float($0) }
      let bias = (0..<columns).map { Float($0) + 0.5 }
      emend_add_bias(&x, bias, 4, columns, stride)
      for i in x.indices {
        let column = i % stride
        #expect(x[i] == Float(i) + (column < columns ? bias[column] : 0))
      }
      var y = bias
      emend_accumulate(&y, bias, columns)
      #expect(y == bias.map { $0 * 2 })
    }
  }
}
