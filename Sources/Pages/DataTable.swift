/// A table with a caption, and a search field above it where it is long.
package struct DataTable: Sendable {
  /// How a column's cells stand.
  package enum Alignment: Sendable, Equatable {
    /// To the left.
    case text
    /// To the right, digits below digits.
    case number
  }

  /// What the table shows.
  package let caption: String
  private let columns: [(title: String, alignment: Alignment)]
  private let rows: [[Markup]]
  private let searchAnchor: String?

  /// Makes a table.
  ///
  /// - Parameters:
  ///   - columns: titles and alignments; the first column names the row.
  ///   - rows: one cell a column.
  ///   - searchAnchor: an identifier, unique in the page, of a table that can be searched.
  /// - Precondition: each row has as many cells as there are columns.
  package init(
    caption: String, columns: [(title: String, alignment: Alignment)], rows: [[Markup]],
    searchAnchor: String? = nil
  ) {
    for row in rows {
      precondition(row.count == columns.count, "\(row.count) cells in \(columns.count) columns")
    }
    self.caption = caption
    self.columns = columns
    self.rows = rows
    self.searchAnchor = searchAnchor
  }

  /// The table.
  package var markup: Markup {
    let heads = columns.map { column in
      Markup.tree(
        "th", [.init("scope", "col")] + Self.style(column.alignment), [.text(column.title)])
    }
    let body = rows.map { row in
      Markup.element(
        "tr", [:],
        zip(row, columns).enumerated().map { index, cell in
          let (content, column) = cell
          return index == 0
            ? .tree("th", [.init("scope", "row")] + Self.style(column.alignment), [content])
            : .tree("td", Self.style(column.alignment), [content])
        })
    }
    let table = Markup.tree(
      "table", searchAnchor.map { [.init("id", $0)] } ?? [],
      [
        .element("caption", [:], caption), .element("thead", [:], [.element("tr", [:], heads)]),
        .element("tbody", [:], body),
      ])
    return .element("div", ["class": "scroll"], searchField + [table])
  }

  private static func style(_ alignment: Alignment) -> [Markup.Attribute] {
    alignment == .number ? [.init("class", "number")] : []
  }

  private var searchField: [Markup] {
    guard let searchAnchor else { return [] }
    return [
      .element(
        "div", ["class": "search"],
        [
          .element("label", ["for": "\(searchAnchor)-search"], "Search"),
          .element(
            "input",
            [
              "type": "search", "id": "\(searchAnchor)-search", "data-table": searchAnchor,
              "aria-controls": searchAnchor,
            ]),
          .element(
            "span", ["id": "\(searchAnchor)-count", "class": "soft", "aria-live": "polite"]),
        ])
    ]
  }
}
