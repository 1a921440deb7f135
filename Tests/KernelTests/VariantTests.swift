import CKernels
import KernelVariants
import TestSupport
import Testing

@Suite("The kernels compute the same bits for every instruction set")
struct VariantTests {
  static let kinds = [EMEND_GELU_TANH, EMEND_GELU_ERF, EMEND_SILU, EMEND_RELU]

  /// What a build computes on some inputs of `count` numbers, as bits; a guard word ends every result.
  static func results(_ kernels: Kernels, count: Int) -> [String: [UInt32]] {
    let f = kernels.functions
    var draw = SeededGenerator(seed: UInt64(count))
    let (x, other, dy) = (draw.numbers(count, range: 6), draw.numbers(count), draw.numbers(count))
    let (gain, bias) = (draw.numbers(count), draw.numbers(count))
    let rows = draw.numbers(3 * count)
    var result: [String: [UInt32]] = [:]
    func keep(_ name: String, _ numbers: [Float]) {
      #expect(numbers.last == -12345, "\(name) wrote past its end")
      result[name] = numbers.map(\.bitPattern)
    }
    func fresh(_ count: Int, from start: [Float] = []) -> [Float] {
      (start + [Float](repeating: 0, count: count - start.count)) + [-12345]
    }
    for kind in kinds {
      var (a, b) = (fresh(count), fresh(count))
      f.activate(kind, x, &a, count)
      keep("activate \(kind)", a)
      f.activate_backward(kind, x, dy, &a, count)
      keep("activate_backward \(kind)", a)
      f.activate_gated(kind, x, other, &a, count)
      keep("activate_gated \(kind)", a)
      f.activate_gated_backward(kind, x, other, dy, &a, &b, count)
      keep("activate_gated_backward gate \(kind)", a)
      keep("activate_gated_backward up \(kind)", b)
    }
    var y = fresh(3 * count)
    var (mean, scale) = (fresh(3), fresh(3))
    f.layer_norm(rows, gain, bias, 1e-5, &y, &mean, &scale, 3, count)
    keep("layer_norm", y)
    keep("layer_norm mean", mean)
    keep("layer_norm scale", scale)
    f.layer_norm_backward(rows, rows, gain, mean, scale, &y, 3, count)
    keep("layer_norm_backward", y)
    f.rms_norm(rows, gain, 1e-5, &y, &scale, 3, count)
    keep("rms_norm", y)
    f.rms_norm_backward(rows, rows, gain, scale, &y, 3, count)
    keep("rms_norm_backward", y)
    f.add_bias(&y, bias, 3, count, count)
    keep("add_bias", y)
    f.accumulate(&y, rows, 3 * count)
    keep("accumulate", y)
    let logarithms = other.map { $0 - 1 }
    let total = f.log_sum_exp(x, count)
    keep("log_sum_exp", [total, -12345])
    var probabilities = fresh(count)
    f.exp_shifted(x, total, 0.25, &probabilities, count)
    keep("exp_shifted", probabilities)
    let divergence = f.kl_divergence(x, total, logarithms, 2, &probabilities, count)
    keep("kl_divergence", [divergence, -12345])
    keep("kl_divergence gradient", probabilities)
    if count >= 2 {
      for (name, pairing) in [("halves", EMEND_ROTARY_HALVES), ("pairs", EMEND_ROTARY_INTERLEAVED)]
      {
        var turned = fresh(count, from: x)
        f.rotate(pairing, &turned, 1, count, 1, count, gain, bias, [0], count / 2, -1)
        keep("rotate \(name)", turned)
      }
    }
    let integers = x.map { Double(($0 * 1e6).rounded()) }
    var (wide, sums) = ([Int64](repeating: 0, count: count), [Int64](repeating: 77, count: count))
    f.widen_products(integers, 5, 0, &wide, count)
    f.widen_products(integers.reversed(), 3, 1, &wide, count)
    _ = f.add_rounded(wide, 9, &sums, count)
    result["grid"] = sums.flatMap {
      [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)]
    }
    let scene = AttentionScene(width: count, keys: 11, queries: 4, constants: [2], seed: 6)
    scene.run(f)
    result["attend"] = (0..<8 * count).map { scene.outputs[$0].bitPattern }
    result["attend_backward"] = (0..<11 * scene.columns).map { scene.gradients[$0].bitPattern }
    return result
  }

  @Test("on all lengths from 1 to 70, and nothing is written past the end")
  func sameBits() {
    for count in Array(1...70) + [1000] {
      let expected = Self.results(Kernels.dispatched, count: count)
      for kernels in Kernels.all.dropFirst() {
        let found = Self.results(kernels, count: count)
        for (name, bits) in expected {
          #expect(found[name] == bits, "\(name) of \(count) numbers: \(kernels.testDescription)")
        }
      }
    }
  }

  @Test("at least the build for any machine was compared with what the program runs")
  func coverage() { #expect(Kernels.all.count >= 2) }

  @Test("an element does not depend on where in its row it stands", arguments: kinds)
  func positions(kind: emend_activation) {
    var draw = SeededGenerator(seed: 8)
    let x = draw.numbers(67, range: 8)
    let ones = [Float](repeating: 1, count: 67)
    var (values, slopes) = (ones, ones)
    emend_activate(kind, x, &values, 67)
    emend_activate_backward(kind, x, ones, &slopes, 67)
    for i in x.indices {
      var (value, slope): ([Float], [Float]) = ([0], [0])
      emend_activate(kind, [x[i]], &value, 1)
      emend_activate_backward(kind, [x[i]], [1], &slope, 1)
      #expect(value[0].bitPattern == values[i].bitPattern)
      #expect(slope[0].bitPattern == slopes[i].bitPattern)
    }
  }
}
