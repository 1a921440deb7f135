/// Horizontal bars: a group a category, a bar a series, with intervals.
package struct BarChart: Sendable {
  private let title: String
  private let label: String
  private let scale: AxisScale
  private let categories: [String]
  private let series: [ChartSeries]

  /// Makes a chart.
  ///
  /// - Parameters:
  ///   - title: what it shows, as a heading.
  ///   - value: the axis of values.
  ///   - categories: what the groups are called, from the top.
  ///   - series: a point's x is the index of its category.
  package init(
    title: String, value: (label: String, scale: AxisScale), categories: [String],
    series: [ChartSeries]
  ) {
    self.title = title
    label = value.label
    scale = value.scale
    self.categories = categories
    self.series = series
  }

  private static let barHeight = 11.0
  private static let gap = 9.0
  private static let width = 620.0
  private static let top = 8.0

  private var left: Double {
    14 + 6.6 * Double(min(28, categories.map(\.count).max() ?? 0))
  }
  private var groupHeight: Double { Self.barHeight * Double(max(1, series.count)) + Self.gap }
  private var floor: Double { Self.top + groupHeight * Double(categories.count) }
  private func x(_ value: Double) -> Double {
    left + scale.position(value) * (Self.width - left - 16)
  }

  /// The figure.
  package var markup: Markup {
    let axis = scale.ticks.flatMap { tick in
      [
        PlotShape.line("grid", (x(tick.value), Self.top), (x(tick.value), floor)),
        PlotShape.label(tick.label, (x(tick.value), floor + 15), anchor: "middle"),
      ]
    }
    let names = categories.enumerated().map { index, name in
      PlotShape.label(
        name.count > 28 ? name.prefix(27) + "…" : name,
        (left - 6, Self.top + groupHeight * Double(index) + (groupHeight - Self.gap) / 2 + 8),
        anchor: "end")
    }
    let bars = series.enumerated().map { index, one in
      Markup.element(
        "g", ["class": ChartSeries.style(index)],
        one.points.flatMap { drawing($0, one.name, index) })
    }
    return ChartFigure(
      title: title, summary: "\(label): " + series.map(\.name).joined(separator: ", "),
      width: Self.width, height: floor + 40,
      drawing: axis + names + bars + [
        PlotShape.line("axis", (left, Self.top), (left, floor)),
        PlotShape.label(label, ((left + Self.width) / 2, floor + 33), anchor: "middle"),
      ], legend: series.enumerated().map { ChartFigure.legendItem(series: $0, $1.name) },
      numbers: numbers
    ).markup
  }

  private func drawing(_ point: ChartSeries.Point, _ name: String, _ index: Int) -> [Markup] {
    let y = Self.top + groupHeight * point.x + Self.gap / 2 + Self.barHeight * Double(index)
    let bar = Markup.element(
      "rect",
      [
        "class": "bar", "x": PlotNumber.coordinate(left), "y": PlotNumber.coordinate(y),
        "width": PlotNumber.coordinate(x(point.y) - left),
        "height": PlotNumber.coordinate(Self.barHeight - 1),
      ], [.element("title", [:], "\(name): \(PlotNumber.text(point.y, decimals: 3))")])
    guard let interval = point.interval else { return [bar] }
    let middle = y + (Self.barHeight - 1) / 2
    return [
      bar,
      PlotShape.line(
        "interval", (x(interval.lowerBound), middle), (x(interval.upperBound), middle)),
    ]
  }

  private var numbers: DataTable {
    DataTable(
      caption: label, columns: [("", .text)] + series.map { ($0.name, .number) },
      rows: categories.enumerated().map { index, name in
        [.text(name)]
          + series.map { one in
            .text(
              one.points.first { $0.x == Double(index) }
                .map { PlotNumber.text($0.y, decimals: 3) } ?? "–")
          }
      })
  }
}
