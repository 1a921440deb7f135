import Editing
import TestSupport
import Testing

@Suite("The documents of a text")
struct CorpusDocumentsTests {
  private func documents(_ text: String, _ boundary: DocumentBoundary) throws -> [String] {
    let directory = try TemporaryDirectory()
    return try Corpus(path: directory.write(text, to: "text.txt"), boundary: boundary)
      .allDocuments()
  }

  @Test(
    "are the same with either line end, and with any number of empty lines between",
    arguments: ["\n", "\r\n"])
  func lineEnds(end: String) throws {
    let lines = ["", "One", "goes on", "", " \t", "", " Two ", "", ""]
    for text in [lines, Array(lines.dropLast()), Array(lines.dropLast(2))] {
      let text = text.joined(separator: end)
      #expect(try documents(text, .paragraph) == ["One\(end)goes on", " Two "])
      #expect(try documents(text, .line) == ["One", "goes on", " Two "])
    }
    #expect(try documents("\(end) \(end)", .paragraph).isEmpty)
    #expect(try documents("\(end) \(end)", .line).isEmpty)
  }

  @Test("a carriage return within a line is text")
  func within() throws {
    #expect(try documents("a\rb\n", .line) == ["a\rb"])
  }
}
