/// A table as comma-separated values: RFC 4180, with line feeds, numbers as short as they can be read back.
package struct CSVText: Sendable {
  /// The table.
  package private(set) var text: String

  /// A table with its heading row.
  package init(_ columns: [String]) { text = Self.line(columns) }

  /// Adds a row.
  package mutating func add(_ cells: [String]) { text += Self.line(cells) }

  /// A number, or nothing where there is none.
  package static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  private static func line(_ cells: [String]) -> String {
    cells.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return cell }
    // Byte by byte: a mark behind a quote makes one character with it.
    let doubled = cell.utf8.flatMap { $0 == 0x22 ? [$0, $0] : [$0] }
    return "\"" + String(decoding: doubled, as: UTF8.self) + "\""
  }
}
