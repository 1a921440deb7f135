import CKernels
import Foundation
import TestSupport
import Testing

/// An activation and its slope in float64, from the C library's functions.
struct ExactActivation: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let kind: emend_activation
  let value: @Sendable (Double) -> Double
  let slope: @Sendable (Double) -> Double

  private static func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  static let all = [
    ExactActivation(testDescription: "GELU by tanh", kind: EMEND_GELU_TANH) { x in
      0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    } slope: { x in
      let c = (2 / Double.pi).squareRoot()
      let t = tanh(c * (x + 0.044715 * x * x * x))
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x)
    },
    ExactActivation(testDescription: "GELU by erf", kind: EMEND_GELU_ERF) { x in
      0.5 * x * erfc(-x / 2.0.squareRoot())
    } slope: { x in
      0.5 * erfc(-x / 2.0.squareRoot()) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    },
    ExactActivation(testDescription: "SiLU", kind: EMEND_SILU) { x in
      x * logistic(x)
    } slope: { x in
      logistic(x) + x * logistic(x) * (1 - logistic(x))
    },
    ExactActivation(testDescription: "ReLU", kind: EMEND_RELU) { x in
      max(x, 0)
    } slope: { x in
      x > 0 ? 1 : 0
    },
  ]
}

@Suite("Activations against the C library in float64")
struct ActivationTests {
  /// Every 1/512 from -24 to 24, and magnitudes up to 1e6, where all of them are x or 0.
  static let grid: [Float] =
    (-24 * 512...24 * 512).map { Float($0) / 512 }
    + (-30...20).flatMap { [Float(pow(2, Double($0))), -Float(pow(2, Double($0)))] }
    + [0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e6, -1e6]

  @Test("values are within 2e-7 of max(1, |x|)", arguments: ExactActivation.all)
  func values(activation: ExactActivation) {
    var y = [Float](repeating: .nan, count: Self.grid.count)
    emend_activate(activation.kind, Self.grid, &y, y.count)
    for (x, found) in zip(Self.grid, y) {
      let expected = activation.value(Double(x))
      #expect(isClose(found, expected, 2e-7 * max(1, abs(Double(x)))), "x = \(x)")
    }
  }

  @Test("slopes are within 5e-7", arguments: ExactActivation.all)
  func slopes(activation: ExactActivation) {
    // What arrives is multiplied, and may be overwritten in place.
    var dy = [Float](repeating: 2, count: Self.grid.count)
    dy.withUnsafeMutableBufferPointer { dy in
      guard let base = dy.baseAddress else { return }
      emend_activate_backward(activation.kind, Self.grid, base, base, dy.count)
    }
    for (x, found) in zip(Self.grid, dy) {
      #expect(isClose(found, 2 * activation.slope(Double(x)), 1e-6), "x = \(x)")
    }
  }

  @Test("gated: the product and both its gradients", arguments: ExactActivation.all)
  func gated(activation: ExactActivation) {
    var draw = SeededGenerator(seed: 1)
    let gate = draw.numbers(1001, range: 8)
    let (up, dy) = (draw.numbers(1001), draw.numbers(1001))
    var y = [Float](repeating: .nan, count: 1001)
    var dGate = y
    var dUp = dy
    emend_activate_gated(activation.kind, gate, up, &y, 1001)
    dUp.withUnsafeMutableBufferPointer { dUp in
      guard let base = dUp.baseAddress else { return }
      emend_activate_gated_backward(activation.kind, gate, up, base, &dGate, base, 1001)
    }
    for i in 0..<1001 {
      let (g, u, d) = (Double(gate[i]), Double(up[i]), Double(dy[i]))
      #expect(isClose(y[i], activation.value(g) * u, 4e-6))
      #expect(isClose(dGate[i], d * u * activation.slope(g), 4e-6))
      #expect(isClose(dUp[i], d * activation.value(g), 4e-6))
    }
  }

  @Test("infinities saturate and NaN stays NaN", arguments: ExactActivation.all)
  func extremes(activation: ExactActivation) {
    let x: [Float] = [.infinity, 3e38, .nan, -3e38, -.infinity]
    var y = [Float](repeating: 1, count: 5)
    emend_activate(activation.kind, x, &y, 5)
    #expect(y[0] == .infinity)
    #expect(y[1] == 3e38)
    #expect(y[2].isNaN)
    #expect(abs(y[3]) < 1e-29)
    #expect(abs(y[4]) < 1e-29)
    var slope = [Float](repeating: 1, count: 5)
    emend_activate_backward(activation.kind, x, slope, &slope, 5)
    #expect(slope[0] == 1)
    #expect(slope[1] == 1)
    #expect(slope[2].isNaN == (activation.kind != EMEND_RELU))
    #expect(abs(slope[3]) < 1e-29)
    #expect(abs(slope[4]) < 1e-29)
  }
}
