/// History as a graph: a row a commit, the newest first, with lines to its parents.
package struct HistoryGraph: Sendable {
  /// A commit's row.
  package struct Row: Sendable {
    /// Names the commit among the rows.
    package let id: String
    /// The ids of its parents; those that are not among the rows end in the open.
    package let parents: [String]
    /// What stands beside the graph.
    package let content: [Markup]
    /// The colour of the commit's dot.
    package let verdict: PageVerdict

    /// Makes a row.
    package init(id: String, parents: [String], content: [Markup], verdict: PageVerdict) {
      self.id = id
      self.parents = parents
      self.content = content
      self.verdict = verdict
    }
  }

  private let caption: String
  private let rows: [Row]

  /// Makes a graph.
  ///
  /// - Parameter rows: children before parents.
  package init(caption: String, _ rows: [Row]) {
    self.caption = caption
    self.rows = rows
  }

  private static let laneWidth = 18.0
  private static let rowHeight = 44.0

  /// The graph, as a table: its first column is the picture, which screen readers pass over.
  package var markup: Markup {
    let lanes = LaneLayout(rows.map { ($0.id, $0.parents) })
    let width = Double(max(1, lanes.width)) * Self.laneWidth + 4
    let body = zip(rows, lanes.rows).map { row, lane in
      Markup.element(
        "tr", ["id": "commit-\(row.id)"],
        [
          .element(
            "td",
            ["class": "lanes", "style": "min-width: \(PlotNumber.coordinate(width))px"],
            [picture(of: row, lane, width: width)]),
          .element("td", [:], row.content),
        ])
    }
    return .element(
      "table", ["class": "history"],
      [
        .element("caption", [:], caption), .element("tbody", [:], body),
      ])
  }

  private func picture(of row: Row, _ lane: LaneLayout.Row, width: Double) -> Markup {
    let middle = Self.rowHeight / 2
    let edges =
      lane.above.map { edge($0.from, "0", $0.to, PlotNumber.coordinate(middle)) }
      // To the row's lower edge, however much text stands beside it.
      + lane.below.map { edge($0.from, PlotNumber.coordinate(middle), $0.to, "100%") }
    return .element(
      "svg",
      [
        "width": PlotNumber.coordinate(width), "height": "100%",
        "aria-hidden": "true",
      ],
      edges + [
        .element(
          "circle",
          [
            "class": "mark \(row.verdict.rawValue)", "cx": PlotNumber.coordinate(Self.x(lane.lane)),
            "cy": PlotNumber.coordinate(middle), "r": "5",
          ])
      ])
  }

  private func edge(_ from: Int, _ y1: String, _ to: Int, _ y2: String) -> Markup {
    .element(
      "line",
      [
        "class": "edge", "x1": PlotNumber.coordinate(Self.x(from)), "y1": y1,
        "x2": PlotNumber.coordinate(Self.x(to)), "y2": y2,
      ])
  }

  private static func x(_ lane: Int) -> Double { laneWidth * (Double(lane) + 0.5) + 2 }
}
