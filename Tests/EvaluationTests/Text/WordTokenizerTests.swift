import Checkpoint
import Evaluation
import TestSupport
import Testing

@Suite struct WordTokenizerTests {
  @Test("a sentence's words are those that NLTK finds")
  func words() throws {
    let lines = try Fixture.bytes("words/words.jsonl").split(separator: 10)
    #expect(lines.count > 150)
    for line in lines {
      let entry = try JSONValue(parsing: Array(line), file: "words.jsonl").array ?? []
      let text = try #require(entry.first?.string)
      let expected = try #require(entry.last?.array).compactMap(\.string)
      #expect(WordTokenizer.words(ofSentence: text) == expected, "\(text)")
    }
  }

  @Test("the stop at a sentence's end is a word, one inside it is not")
  func sentences() {
    #expect(
      WordTokenizer.words(of: "He saw Mr. A. Jones. It rained. \"Odd.\" he said.")
        == [
          "He", "saw", "Mr.", "A.", "Jones", ".", "It", "rained", ".", "``", "Odd.", "''", "he",
          "said", ".",
        ])
    #expect(WordTokenizer.words(of: "") == [])
  }
}
