import Testing
import emend

@Suite struct TableTests {
  private func example() -> Table {
    var table = Table([
      Table.Column("subject", flexible: true), Table.Column("count", .right), Table.Column("note"),
    ])
    table.add(["Eiffel Tower", "7", "in Rome"])
    table.add(["東京", "1,620"])
    table.add(["", "", "alone"])
    return table
  }

  @Test("columns stand under each other by what is seen, and no line ends in blanks")
  func alignment() {
    #expect(
      example().lines(width: nil).map(\.plain) == [
        "subject       count  note",
        "Eiffel Tower      7  in Rome",
        "東京          1,620",
        "                     alone",
      ])
  }

  @Test("only a flexible column gives way to a narrow terminal")
  func narrow() {
    let lines = example().lines(width: 24)
    #expect(lines.map(\.plain)[1] == "Eiffel …      7  in Rome")
    #expect(lines.allSatisfy { $0.width <= 24 })
    #expect(example().lines(width: 5)[1].plain.hasSuffix("  in Rome"))
  }

  @Test("a table without titles has no heading, and one without rows is empty")
  func edges() {
    var table = Table([Table.Column(""), Table.Column("")])
    #expect(table.lines(width: 80).isEmpty)
    table.add(["a", "b"])
    #expect(table.lines(width: 80).map(\.plain) == ["a  b"])
  }
}
