import Diagnostics
import TestSupport
import Testing
import Transformer

/// Files that were cut or altered: loading gives a tokenizer or a named error, and what loads also works.
@Suite struct HostileFileTests {
  static let names = ["llama3", "sentencepiece-prepend", "prefix-space"]

  @Test("a file cut anywhere is refused as malformed", arguments: names)
  func truncated(name: String) throws {
    let bytes = try Fixture.bytes("tokenizers/\(name)/tokenizer.json")
    var rng = SeededGenerator(seed: 1)
    let cuts = (0..<60).map { _ in Int.random(in: 0..<bytes.count - 2, using: &rng) }
    for cut in cuts + [0, 1, bytes.count - 2] {
      let error = #expect(throws: TokenizerError.self) {
        try BytePairTokenizer(json: Array(bytes[..<cut]), file: "t.json")
      }
      guard case .malformed = error else {
        Issue.record("cut at \(cut): \(error as Any)")
        continue
      }
    }
  }

  @Test("a file with altered bytes is refused by name or works", arguments: names)
  func altered(name: String) throws {
    let bytes = try Fixture.bytes("tokenizers/\(name)/tokenizer.json")
    var rng = SeededGenerator(seed: 2)
    let marks = Array("{}[]\",:0123456789\\ue-.".utf8)
    var loaded = 0
    for _ in 0..<300 {
      var altered = bytes
      for _ in 0..<Int.random(in: 1...4, using: &rng) {
        let place = Int.random(in: 0..<altered.count, using: &rng)
        switch Int.random(in: 0..<4, using: &rng) {
        case 0: altered[place] = UInt8.random(in: 0...255, using: &rng)
        case 1: altered[place] = marks.randomElement(using: &rng) ?? 0
        case 2: altered.remove(at: place)
        default: altered.insert(marks.randomElement(using: &rng) ?? 0, at: place)
        }
      }
      do throws(TokenizerError) {
        let tokenizer = try BytePairTokenizer(json: altered, file: "t.json")
        let spans = tokenizer.encodeWithOffsets(
          "The home port é\u{1F600} 123\n", specialTokens: .template)
        #expect(spans.last?.bytes.upperBound ?? 23 <= 26)
        _ = tokenizer.decode(spans.map(\.id))
        loaded += 1
      } catch {
        #expect(error.explanation.file == "t.json")
      }
    }
    #expect(loaded > 0, "no altered file loaded: the test reaches the reader only")
  }

  @Test("ids that no token has are passed over")
  func foreignIDs() throws {
    let tokenizer = try TinyTokenizer().load()
    #expect(tokenizer.decode([1, -1, 99, .max, .min, 2]) == "ab")
    #expect(tokenizer.bytes(of: -1) == [])
    #expect(tokenizer.bytes(of: .max) == [])
  }
}
