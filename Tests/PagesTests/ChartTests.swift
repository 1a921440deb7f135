import Pages
import TestSupport
import Testing

@Suite struct ChartTests {
  private let chart = LineChart(
    title: "Scaling", horizontal: ("edits", .logarithmic(1...100)),
    vertical: ("success", .linear(0...1)),
    series: [
      ChartSeries(
        "MEMIT",
        [
          .init(x: 1, y: 0.9, interval: 0.8...0.95), .init(x: 10, y: 0.5, interval: 0.4...0.6),
          .init(x: 100, y: .nan),
        ]), ChartSeries("ROME", [.init(x: 1, y: 1)]),
    ], references: [ChartReference("unedited", y: 0.1)])

  @Test("a chart draws a line, a band, a dotted level and a table of the same numbers")
  func lines() throws {
    let parsed = ParsedPage(chart.markup.rendered())
    #expect(parsed.problem == nil)
    #expect(parsed.named("figcaption").map(\.text) == ["Scaling"])
    let styled = { (style: String) in parsed.elements.filter { $0.attributes["class"] == style } }
    // One in the picture and one in the legend.
    #expect(styled("reference").count == 2)
    #expect(styled("band").count == 1)
    #expect(
      parsed.named("polyline").map { $0.attributes["points"] ?? "" }.map(Self.points).map(\.count)
        == [2, 1])
    let rows = parsed.named("tr").map(\.text)
    #expect(rows.contains("10.900 [0.800, 0.950]1.0000.100"))
    #expect(rows.contains("100.500 [0.400, 0.600]–0.100"))
  }

  @Test("names that have no room on the axis stand in the table and at the marks")
  func manyNames() {
    let names = (0..<10).map { "commit-\($0)" }
    let scale = AxisScale.names(names)
    #expect(scale.ticks.count == 5)
    let chart = LineChart(
      title: "Growth", horizontal: ("commit", scale), vertical: ("share", .linear(0...1)),
      series: [ChartSeries("w", names.indices.map { .init(x: Double($0), y: 0.5) })])
    let parsed = ParsedPage(chart.markup.rendered())
    #expect(parsed.named("tr").dropFirst().map(\.text) == names.map { $0 + "0.500" })
    #expect(
      parsed.named("title").map(\.text).filter { $0.contains(", commit commit-7: ") }.count == 1)
  }

  @Test("higher values stand higher, later ones further right, and all inside the picture")
  func geometry() throws {
    let parsed = ParsedPage(chart.markup.rendered())
    let line = try #require(parsed.named("polyline").first?.attributes["points"])
    let points = Self.points(line)
    #expect(points[0].x < points[1].x && points[0].y < points[1].y)
    for point in points { #expect((0...620).contains(point.x) && (0...340).contains(point.y)) }
  }

  @Test("a series that is compared with another has its colour and mark, and a dashed line")
  func dashed() throws {
    let chart = LineChart(
      title: "Mixes", horizontal: ("n", .linear(0...2)), vertical: ("y", .linear(0...1)),
      series: [
        ChartSeries("mixed", [.init(x: 1, y: 1)], look: 3),
        ChartSeries("average", [.init(x: 1, y: 0.5)], look: 3, isDashed: true),
      ])
    let parsed = ParsedPage(chart.markup.rendered())
    let classes = parsed.elements.compactMap { $0.attributes["class"] }
    // The line, and the one in the legend.
    #expect(classes.count { $0 == "line" } == 2 && classes.count { $0 == "line dashed" } == 2)
    #expect(classes.count { $0 == "s3" } == 4 && !classes.contains("s0"))
  }

  @Test("bars are as long as their values")
  func bars() throws {
    let chart = BarChart(
      title: "By relation", value: ("share", .linear(0...1)), categories: ["P1", "P2"],
      series: [
        ChartSeries("MEMIT", [.init(x: 0, y: 0.5, interval: 0.4...0.6), .init(x: 1, y: 1)])
      ])
    let parsed = ParsedPage(chart.markup.rendered())
    #expect(parsed.problem == nil)
    let lengths = parsed.named("rect").compactMap { Double($0.attributes["width"] ?? "") }
    #expect(lengths.count == 2 && abs(lengths[0] * 2 - lengths[1]) < 0.05)
  }

  @Test("a heat map writes its numbers and shades by size")
  func heat() {
    let map = HeatMap(
      caption: "Overlap", rowNames: ["a", "b"], columnNames: ["a", "b"],
      values: [[1, 0.25], [nil, -2]])
    let parsed = ParsedPage(map.markup.rendered())
    #expect(parsed.problem == nil)
    #expect(parsed.named("td").map(\.text) == ["", "1.00", "0.25", "–", "-2.00"])
    #expect(
      parsed.named("td").map { $0.attributes["style"] ?? "" }
        == ["", "--share: 0.500", "--share: 0.125", "", "--share: 1.000"])
  }

  @Test("a history names each commit once and draws each tie to a parent")
  func history() {
    let graph = HistoryGraph(
      caption: "History",
      [
        .init(id: "m", parents: ["a", "b"], content: [.text("merge")], verdict: .pass),
        .init(id: "a", parents: ["r"], content: [.text("left")], verdict: .fail),
        .init(id: "b", parents: ["r"], content: [.text("right")], verdict: .pass),
        .init(id: "r", parents: [], content: [.text("root")], verdict: .unknown),
      ])
    let parsed = ParsedPage(graph.markup.rendered())
    #expect(parsed.problem == nil)
    #expect(
      parsed.named("circle").map { $0.attributes["class"] ?? "" } == [
        "mark pass", "mark fail", "mark pass", "mark unknown",
      ])
    // m: 2 down; a: 2 up, 1 down and b passing; b: 2 up, 1 to the lane of a and that one passing; r: a and b come together in one lane.
    let lines = parsed.named("svg").map(\.attributes).count
    #expect(lines == 4)
    #expect(parsed.named("line").count == 2 + 4 + 4 + 1)
  }

  private static func points(_ text: String) -> [(x: Double, y: Double)] {
    text.split(separator: " ").map { place in
      let parts = place.split(separator: ",").compactMap { Double($0) }
      return (parts[0], parts[1])
    }
  }
}
