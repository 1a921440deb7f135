/// Lines over one axis, with intervals as bands and levels to compare with.
package struct LineChart: Sendable {
  private let title: String
  private let horizontal: (label: String, scale: AxisScale)
  private let vertical: (label: String, scale: AxisScale)
  private let series: [ChartSeries]
  private let references: [ChartReference]

  /// Makes a chart.
  ///
  /// - Parameters:
  ///   - title: what it shows, as a heading.
  ///   - horizontal: the axis of x.
  ///   - vertical: the axis of y.
  ///   - series: at most eight keep colours of their own.
  ///   - references: levels, drawn dotted.
  package init(
    title: String, horizontal: (label: String, scale: AxisScale),
    vertical: (label: String, scale: AxisScale), series: [ChartSeries],
    references: [ChartReference] = []
  ) {
    self.title = title
    self.horizontal = horizontal
    self.vertical = vertical
    self.series = series
    self.references = references
  }

  /// The figure.
  package var markup: Markup {
    let frame = PlotFrame(
      horizontal: horizontal.scale, vertical: vertical.scale, horizontalLabel: horizontal.label,
      verticalLabel: vertical.label)
    let levels = references.map { reference in
      PlotShape.line(
        "reference", (frame.x(-.infinity), frame.y(reference.y)),
        (frame.width - 14, frame.y(reference.y)))
    }
    let lines = series.enumerated().map { index, one -> Markup in
      let look = one.look ?? index
      return Markup.element(
        "g", ["class": ChartSeries.style(look)], drawing(of: one, look, in: frame))
    }
    return ChartFigure(
      title: title,
      summary: "\(vertical.label) over \(horizontal.label): "
        + series.map(\.name).joined(separator: ", "),
      width: frame.width, height: frame.height, drawing: frame.markup + levels + lines,
      legend: series.enumerated().map {
        ChartFigure.legendItem(series: $1.look ?? $0, $1.name, isDashed: $1.isDashed)
      }
        + references.map { ChartFigure.legendItem($0) },
      numbers: numbers
    ).markup
  }

  private func drawing(of one: ChartSeries, _ look: Int, in frame: PlotFrame) -> [Markup] {
    let line = one.points.map { frame.place($0.x, $0.y) }.joined(separator: " ")
    let marks = one.points.map { point in
      PlotMark.markup(
        series: look, at: frame.x(point.x), frame.y(point.y),
        title:
          "\(one.name), \(horizontal.label) \(horizontal.scale.label(of: point.x)): \(value(point))"
      )
    }
    return band(of: one, in: frame) + [
      .element(
        "polyline", ["class": ChartFigure.lineStyle(isDashed: one.isDashed), "points": line])
    ]
      + marks
  }

  /// The intervals as an area: along the upper ends, and back along the lower ones.
  private func band(of one: ChartSeries, in frame: PlotFrame) -> [Markup] {
    let bounded = one.points.compactMap { point in point.interval.map { (point.x, $0) } }
    guard bounded.count > 1 else { return [] }
    let upper = bounded.map { frame.place($0.0, $0.1.upperBound) }
    let lower = bounded.reversed().map { frame.place($0.0, $0.1.lowerBound) }
    return [
      .element("polygon", ["class": "band", "points": (upper + lower).joined(separator: " ")])
    ]
  }

  private var numbers: DataTable {
    let places = Set(series.flatMap { $0.points.map(\.x) }).sorted()
    let rows = places.map { x in
      [Markup.text(horizontal.scale.label(of: x))]
        + series.map { one in
          .text(one.points.first { $0.x == x }.map(value) ?? "–")
        } + references.map { .text(PlotNumber.text($0.y, decimals: 3)) }
    }
    return DataTable(
      caption: "\(vertical.label), with intervals where they were measured",
      columns: [(horizontal.label, .text)] + series.map { ($0.name, .number) }
        + references.map { ($0.name, .number) }, rows: rows)
  }

  private func value(_ point: ChartSeries.Point) -> String {
    let middle = PlotNumber.text(point.y, decimals: 3)
    guard let interval = point.interval else { return middle }
    let lower = PlotNumber.text(interval.lowerBound, decimals: 3)
    return "\(middle) [\(lower), \(PlotNumber.text(interval.upperBound, decimals: 3))]"
  }
}
