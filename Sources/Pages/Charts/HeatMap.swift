/// A table of values whose cells are the darker the larger they are. The numbers stand in the cells.
package struct HeatMap: Sendable {
  private let caption: String
  private let rowNames: [String]
  private let columnNames: [String]
  private let values: [[Double?]]
  private let largest: Double
  private let decimals: Int

  /// Makes a map.
  ///
  /// - Parameters:
  ///   - caption: what is shown, and what large means.
  ///   - values: `[rows, columns]`; `nil` where nothing was measured.
  ///   - largest: the value of the darkest cell; that of the largest one where it is `nil`.
  ///   - decimals: of the numbers in the cells.
  /// - Precondition: as many rows and columns as names.
  package init(
    caption: String, rowNames: [String], columnNames: [String], values: [[Double?]],
    largest: Double? = nil, decimals: Int = 2
  ) {
    precondition(values.count == rowNames.count, "\(values.count) rows, \(rowNames.count) names")
    for row in values {
      precondition(row.count == columnNames.count, "\(row.count) of \(columnNames.count) columns")
    }
    self.caption = caption
    self.rowNames = rowNames
    self.columnNames = columnNames
    self.values = values
    let found = values.joined().compactMap(\.self).filter(\.isFinite).map(abs).max() ?? 1
    self.largest = max(largest ?? found, .leastNormalMagnitude)
    self.decimals = decimals
  }

  /// The map.
  package var markup: Markup {
    let head = columnNames.map { Markup.element("th", ["scope": "col", "class": "number"], $0) }
    let body = zip(rowNames, values).map { name, row in
      Markup.element("tr", [:], [.element("th", ["scope": "row"], name)] + row.map(cell))
    }
    return .element(
      "div", ["class": "scroll"],
      [
        .element(
          "table", ["class": "heat"],
          [
            .element("caption", [:], caption),
            .element("thead", [:], [.element("tr", [:], [.element("td")] + head)]),
            .element("tbody", [:], body),
          ])
      ])
  }

  private func cell(_ value: Double?) -> Markup {
    guard let value, value.isFinite else { return .element("td", [:], "–") }
    let share = min(1, abs(value) / largest)
    return .element(
      "td", ["style": "--share: \(PlotNumber.text(share, decimals: 3))"],
      PlotNumber.text(value, decimals: decimals))
  }
}
