/// A picture with its title, its legend and the numbers behind it as a table.
struct ChartFigure {
  let title: String
  let summary: String
  let width: Double
  let height: Double
  let drawing: [Markup]
  let legend: [Markup]
  let numbers: DataTable

  /// The figure.
  var markup: Markup {
    let size = "0 0 \(PlotNumber.coordinate(width)) \(PlotNumber.coordinate(height))"
    let picture = Markup.element(
      "svg",
      [
        "viewBox": size, "width": PlotNumber.coordinate(width),
        "height": PlotNumber.coordinate(height), "role": "img",
        "aria-label": "\(title). \(summary)",
      ], drawing)
    var parts: [Markup] = [.element("figcaption", [:], title), picture]
    if !legend.isEmpty { parts.append(.element("ul", ["class": "legend"], legend)) }
    parts.append(
      .element(
        "details", [:], [.element("summary", [:], "The numbers"), numbers.markup]))
    return .element("figure", [:], parts)
  }

  /// A line of the legend.
  static func legendItem(series: Int, _ name: String, isDashed: Bool = false) -> Markup {
    .element(
      "li", ["class": ChartSeries.style(series)],
      [
        .element(
          "svg", ["width": "26", "height": "12", "aria-hidden": "true"],
          [
            .element(
              "line",
              ["class": lineStyle(isDashed: isDashed), "x1": "0", "y1": "6", "x2": "26", "y2": "6"]),
            PlotMark.markup(series: series, at: 13, 6, title: name),
          ]), .element("span", [:], name),
      ])
  }

  /// The class of a series' line.
  static func lineStyle(isDashed: Bool) -> String { isDashed ? "line dashed" : "line" }

  /// The legend of a reference.
  static func legendItem(_ reference: ChartReference) -> Markup {
    .element(
      "li", [:],
      [
        .element(
          "svg", ["width": "26", "height": "12", "aria-hidden": "true"],
          [.element("line", ["class": "reference", "x1": "0", "y1": "6", "x2": "26", "y2": "6"])]),
        .element("span", [:], reference.name),
      ])
  }
}
