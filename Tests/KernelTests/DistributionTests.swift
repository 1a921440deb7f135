import CKernels
import Foundation
import TestSupport
import Testing

@Suite("Softmax arithmetic against float64")
struct DistributionTests {
  /// Lengths on both sides of every vector's width, and one of a vocabulary's size.
  static let lengths = Array(1...70) + [1024, 50257]

  static func logSumExp(_ x: [Float]) -> Double {
    let largest = Double(x.max() ?? 0)
    return largest + log(x.reduce(0) { $0 + exp(Double($1) - largest) })
  }

  @Test("log-sum-exp is within 1e-6 relative, at any offset", arguments: [0, 1e4, -3e4] as [Float])
  func logSumExp(offset: Float) {
    var draw = SeededGenerator(seed: 2)
    for count in Self.lengths {
      let x = draw.numbers(count, range: 20).map { $0 + offset }
      let expected = Self.logSumExp(x)
      #expect(
        isClose(emend_log_sum_exp(x, count), expected, 1e-6 * max(1, abs(expected))),
        "\(count) numbers")
    }
    #expect(emend_log_sum_exp([-.infinity, 3], 2) == 3)
    #expect(emend_log_sum_exp([1, .nan, 2], 3).isNaN)
    #expect(emend_log_sum_exp([.nan, 1, 2], 3).isNaN)
    #expect(!emend_log_sum_exp([.infinity, 1], 2).isFinite)
  }

  @Test("probabilities are within 4e-7 relative, in place")
  func probabilities() {
    var draw = SeededGenerator(seed: 3)
    for count in Self.lengths {
      var x = draw.numbers(count, range: 10)
      let before = x
      let shift = emend_log_sum_exp(x, count)
      x.withUnsafeMutableBufferPointer { x in
        guard let base = x.baseAddress else { return }
        emend_exp_shifted(base, shift, 0.5, base, count)
      }
      for (i, found) in x.enumerated() {
        let expected = 0.5 * exp(Double(before[i]) - Double(shift))
        // The exponent itself is rounded to float32: half a unit in the last place of up to 20.
        #expect(isClose(found, expected, 2e-6 * expected), "\(i) of \(count)")
      }
    }
    var tiny: [Float] = [-200, -.infinity, 0]
    tiny.withUnsafeMutableBufferPointer { x in
      guard let base = x.baseAddress else { return }
      emend_exp_shifted(base, 0, 1, base, 3)
    }
    #expect(tiny[0] < 1e-37 && tiny[1] < 1e-37 && tiny[2] == 1)
  }

  @Test("the divergence and its gradient agree with float64 and with central differences")
  func divergence() {
    func divergence(_ x: [Double], _ reference: [Double]) -> Double {
      let largest = x.max() ?? 0
      let total = largest + log(x.reduce(0) { $0 + exp($1 - largest) })
      return zip(x, reference).reduce(0) { $0 + exp($1.0 - total) * ($1.0 - total - $1.1) }
    }
    var draw = SeededGenerator(seed: 4)
    for count in Array(2...40) + [1000] {
      var x = draw.numbers(count, range: 4)
      let other = draw.numbers(count, range: 4)
      let otherSum = emend_log_sum_exp(other, count)
      let reference = other.map { $0 - otherSum }
      let wide = (x.map(Double.init), reference.map(Double.init))
      let shift = emend_log_sum_exp(x, count)
      let found = x.withUnsafeMutableBufferPointer { x in
        guard let base = x.baseAddress else { return Float.nan }
        return emend_kl_divergence(base, shift, reference, 3, base, count)
      }
      #expect(isClose(found, divergence(wide.0, wide.1), 4e-6), "\(count) numbers")
      for i in stride(from: 0, to: count, by: max(1, count / 20)) {
        var (up, down) = (wide.0, wide.0)
        up[i] += 1e-5
        down[i] -= 1e-5
        let slope = (divergence(up, wide.1) - divergence(down, wide.1)) / 2e-5
        #expect(isClose(x[i], 3 * slope, 1e-5), "\(i) of \(count)")
      }
    }
  }
}
