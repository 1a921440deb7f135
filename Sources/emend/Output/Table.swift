/// Rows whose columns stand under each other.
package struct Table: Sendable {
  /// How a column is laid out.
  package enum Alignment: Sendable {
    /// Words, or whatever is read from its beginning.
    case left
    /// Figures.
    case right
  }

  /// One column.
  package struct Column: Sendable {
    let title: String
    let alignment: Alignment
    let isFlexible: Bool

    /// A column with its heading; a `flexible` one is cut where a terminal is too narrow.
    package init(_ title: String, _ alignment: Alignment = .left, flexible: Bool = false) {
      self.title = title
      self.alignment = alignment
      isFlexible = flexible
    }
  }

  private let columns: [Column]
  private var rows: [[StyledText]] = []

  /// A table without rows.
  package init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; missing cells at its end are empty.
  /// - Precondition: not more cells than columns.
  package mutating func add(_ cells: [StyledText]) {
    precondition(cells.count <= columns.count, "\(cells.count) cells in \(columns.count) columns")
    rows.append(cells + Array(repeating: StyledText(), count: columns.count - cells.count))
  }

  /// The lines, the headings first if there are any. `width` is the terminal's; without one, nothing
  /// is cut.
  package func lines(width: Int?) -> [StyledText] {
    let headings = columns.map { StyledText($0.title, .heading) }
    let all = headings.allSatisfy(\.isEmpty) ? rows : [headings] + rows
    let widths = fittedWidths(of: all, within: width)
    return all.map { line($0, widths) }
  }

  private static let gap = 2
  private static let narrowest = 8

  private func fittedWidths(of rows: [[StyledText]], within limit: Int?) -> [Int] {
    var widths = columns.indices.map { column in rows.map { $0[column].width }.max() ?? 0 }
    guard let limit else { return widths }
    var excess = widths.reduce(0, +) + Self.gap * max(0, widths.count - 1) - limit
    // The widest flexible column gives way first.
    while excess > 0,
      let widest = columns.indices.filter({ columns[$0].isFlexible }).max(by: {
        widths[$0] < widths[$1]
      }), widths[widest] > Self.narrowest
    {
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  private func line(_ cells: [StyledText], _ widths: [Int]) -> StyledText {
    var line = StyledText()
    var pending = 0  // blanks are written only before something: no line ends in one
    for (cell, (column, width)) in zip(cells, zip(columns, widths)) {
      let cell = column.isFlexible ? cell.cut(to: width) : cell
      let padding = max(0, width - cell.width)
      if column.alignment == .right { pending += padding }
      if !cell.isEmpty {
        line.append(String(repeating: " ", count: pending))
        line.append(cell)
        pending = 0
      } else {
        pending += cell.width
      }
      if column.alignment == .left { pending += padding }
      pending += Self.gap
    }
    return line
  }
}
