import Evaluation
import Testing

@Suite("Comma-separated values")
struct CSVTextTests {
  @Test("a quote is doubled, whatever mark stands behind it")
  func quotes() {
    var table = CSVText(["a", "b"])
    table.add(["say \"x\"", "\"\u{301},"])
    #expect(
      Array(table.text.utf8) == Array("a,b\n\"say \"\"x\"\"\",\"\"\"\u{301},\"\n".utf8))
  }
}
