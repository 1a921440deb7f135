import Pages
import TestSupport
import Testing

@Suite struct AxisScaleTests {
  @Test("marks rise, lie in the range and are few, whatever the range")
  func linear() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<500 {
      let lower = Double.random(in: -1e3...1e3, using: &random)
      let extent = Double.random(in: 1e-6...1, using: &random) * 1e4
      let scale = AxisScale.linear(lower...(lower + extent))
      #expect((2...8).contains(scale.ticks.count), "\(lower) + \(extent)")
      let places = scale.ticks.map { scale.position($0.value) }
      #expect(places == places.sorted() && Set(places).count == places.count)
      #expect(Set(scale.ticks.map(\.label)).count == scale.ticks.count)
      #expect(scale.position(lower) == 0 && scale.position(lower + extent) == 1)
    }
  }

  @Test("shares have round marks")
  func shares() {
    #expect(
      AxisScale.linear(0...1).ticks.map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
  }

  @Test("a logarithmic axis has equal steps for equal ratios")
  func logarithmic() {
    let scale = AxisScale.logarithmic(1...10_000)
    #expect(scale.ticks.map(\.label) == ["1", "10", "100", "1000", "10000"])
    #expect(abs(scale.position(100) - 0.5) < 1e-12)
    #expect(scale.position(0) == 0)
    #expect(AxisScale.logarithmic(1...10).ticks.map(\.label) == ["1", "2", "5", "10"])
    #expect(
      AxisScale.logarithmic(0.01...1).ticks.map(\.label) == ["0.01", "0.03", "0.1", "0.3", "1"])
  }

  @Test(
    "a range that cannot be drawn still gives an axis",
    arguments: [0...0, 3...3, -.infinity...(.infinity), 0...(.infinity)] as [ClosedRange<Double>])
  func degenerate(range: ClosedRange<Double>) {
    let scale = AxisScale.linear(range)
    #expect(!scale.ticks.isEmpty)
    #expect((0...1).contains(scale.position(1)) && scale.position(.nan) == 0)
  }

  @Test("names stand in the middle of their parts, and not all of many are written")
  func names() {
    let scale = AxisScale.names(["a", "b"])
    #expect(scale.position(0) == 0.25 && scale.position(1) == 0.75)
    let many = AxisScale.names((0..<100).map { "n\($0)" }, limit: 10)
    #expect(many.ticks.count == 10)
    // Tables and titles name all of them.
    #expect((0..<100).allSatisfy { many.label(of: Double($0)) == "n\($0)" })
    #expect(many.label(of: 100) == "100" && many.label(of: 0.5) == "0.500")
  }
}
