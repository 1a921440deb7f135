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
    for (name, bits) in Self.grid(f, count: count) { result[name] = bits }
    for (name, bits) in Self.difference(f, count: count) { result[name] = bits }
    let scene = AttentionScene(width: count, keys: 11, queries: 4, constants: [2], seed: 6)
    scene.run(f)
    result["attend"] = (0..<8 * count).map { scene.outputs[$0].bitPattern }
    result["attend_backward"] = (0..<11 * scene.columns).map { scene.gradients[$0].bitPattern }
    return result
  }

  /// Sums on a grid, and what becomes of weights that they are added to.
  private static func grid(_ f: emend_kernels, count: Int) -> [String: [UInt32]] {
    var draw = SeededGenerator(seed: UInt64(count) + 100)
    func integers(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32.random(in: -(1 << 27)...(1 << 27), using: &draw) }
    }
    let (rows, rank, strip) = (6, 5, 16)
    let left = integers(rows * rank)
    var right = integers((count + strip - 1) / strip * rank * strip)
    for index in right.indices where index / (rank * strip) * strip + index % strip >= count {
      right[index] = 0
    }
    var result: [String: [UInt32]] = [:]
    var sums = (0..<rows * count).map { Int64($0 - 7) }
    for (name, shift) in [("up", -3), ("not", 0), ("down", 30)] {
      var found = sums + [-12345]
      let overflow = f.add_product(left, right, rank, rows, count, Int32(shift), &found)
      #expect(found.last == -12345 && overflow >= 0, "add_product")
      result["add_product \(name)"] = found.flatMap(words)
    }
    sums = (0..<count).map {
      $0 % 3 == 0 ? 0 : Int64.random(in: -(1 << 40)...(1 << 40), using: &draw)
    }
    let stored = draw.numbers(count)
    var (after, rounding) = (stored + [-12345], emend_rounding())
    f.add_to_floats(sums, 0x1p-44, stored, &after, count, &rounding)
    #expect(after.last == -12345, "add_to_floats wrote past its end")
    result["add_to_floats"] = after.map(\.bitPattern)
    result["add_to_floats rounding"] = withUnsafeBytes(of: rounding) { bytes in
      bytes.bindMemory(to: UInt32.self).map { $0 }
    }
    let before = stored.map(Double.init)
    var moved = before + [-12345]
    f.add_steps(sums, 0x1p-44, &moved, count)
    #expect(moved.last == -12345, "add_steps wrote past its end")
    result["add_steps"] = moved.flatMap { words($0.bitPattern) }
    rounding = emend_rounding()
    f.tally_rounding(sums, 0x1p-44, before, after.map(Double.init), count, &rounding)
    result["tally_rounding"] = withUnsafeBytes(of: rounding) { bytes in
      bytes.bindMemory(to: UInt32.self).map { $0 }
    }
    var places = [UInt32](repeating: 0, count: count + 1)
    let differing = f.differing(stored, after, 4, count, &places)
    result["differing"] = Array(places[..<differing])
    return result
  }

  /// What taking over a change computes of an edited tensor and its base.
  private static func difference(_ f: emend_kernels, count: Int) -> [String: [UInt32]] {
    var draw = SeededGenerator(seed: UInt64(count) + 200)
    let (rows, rank, strip) = (5, 3, 16)
    let target = draw.numbers(rows * count)
    let present = target.map { $0 + Float.random(in: -1e-4...1e-4, using: &draw) }
    let (wideTarget, widePresent) = (target.map(Double.init), present.map(Double.init))
    let left = draw.numbers(rows * rank).map { Double($0) * 1e-2 }
    let right = draw.numbers((count + strip - 1) / strip * rank * strip).map { Double($0) * 1e-2 }
    var spacing = emend_spacing(least_normal: 0x1p-126, unit: 0x1p-23)
    var result: [String: [UInt32]] = [:]
    func run(_ name: String, _ t: UnsafeRawPointer, _ p: UnsafeRawPointer, _ isDouble: Int32) {
      var narrow = [Float](repeating: 0, count: rows * count) + [-12345]
      var wide = [Double](repeating: 0, count: rows * count) + [-12345]
      f.subtract(t, p, isDouble, rows * count, &narrow, nil)
      f.subtract(t, p, isDouble, rows * count, nil, &wide)
      #expect(narrow.last == -12345 && wide.last == -12345, "subtract wrote past its end")
      result["subtract \(name)"] = narrow.map(\.bitPattern) + wide.flatMap { words($0.bitPattern) }
      var measured = emend_difference()
      f.measure_difference(t, p, isDouble, 1, 0x1p-40, &spacing, rows * count, &measured)
      result["measure_difference \(name)"] = [
        measured.noise, measured.square, measured.inverse, measured.present,
      ].flatMap { words($0.bitPattern) }
      let outside = f.interval_excess(
        t, p, isDouble, left, right, rank, rows, count, &spacing, &narrow)
      #expect(narrow.last == -12345, "interval_excess wrote past its end")
      result["interval_excess \(name)"] = narrow.map(\.bitPattern) + [UInt32(outside)]
    }
    run("float32", target, present, 0)
    run("float64", wideTarget, widePresent, 1)
    return result
  }

  private static func words(_ bits: some FixedWidthInteger) -> [UInt32] {
    [UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: bits >> 32)]
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
