import TestSupport
import Testing
import Transformer

@Suite struct BytePairTests {
  @Test("canonically equivalent tokens are different tokens")
  func canonicalEquivalence() throws {
    var tiny = TinyTokenizer()
    tiny.vocabulary = #"{"é": 0, "e": 1, "\u0301": 2, "e\u0301": 3, "\u212b": 4, "\u00c5": 5}"#
    tiny.merges = #"[["e", "\u0301"]]"#
    let tokenizer = try tiny.load()
    #expect(tokenizer.encode("é") == [0])
    #expect(tokenizer.encode("e\u{301}") == [3])
    #expect(tokenizer.encode("\u{212B}\u{C5}") == [4, 5])
    #expect(Array(tokenizer.decode([3, 4]).unicodeScalars.map(\.value)) == [0x65, 0x301, 0x212B])
  }

  @Test("joining is the textbook's: the lowest rank first, the leftmost of equals")
  func joiningAgainstTextbook() throws {
    var rng = SeededGenerator(seed: 5)
    for _ in 0..<40 {
      var tokens = ["a", "b", "c"], merges: [(String, String)] = []
      while tokens.count < 30 {
        let left = tokens[Int.random(in: 0..<tokens.count, using: &rng)]
        let right = tokens[Int.random(in: 0..<tokens.count, using: &rng)]
        guard !tokens.contains(left + right), left.count + right.count < 9 else { continue }
        merges.append((left, right))
        tokens.append(left + right)
      }
      var tiny = TinyTokenizer()
      tiny.vocabulary =
        "{" + tokens.enumerated().map { #""\#($0.element)": \#($0.offset)"# }.joined(separator: ",")
        + "}"
      tiny.merges = "[" + merges.map { #"["\#($0.0)", "\#($0.1)"]"# }.joined(separator: ",") + "]"
      let tokenizer = try tiny.load()
      for _ in 0..<30 {
        let word = String(
          (0..<Int.random(in: 0...40, using: &rng)).map { _ in
            "abc".randomElement(using: &rng) ?? "a"
          })
        var pieces = word.map(String.init)
        while let best = zip(pieces, pieces.dropFirst()).enumerated()
          .compactMap({ pair in
            merges.firstIndex { $0 == pair.element }.map { (rank: $0, place: pair.offset) }
          }).min(by: { $0 < $1 })
        {
          pieces[best.place] += pieces.remove(at: best.place + 1)
        }
        #expect(
          tokenizer.encode(word) == pieces.compactMap { tokens.firstIndex(of: $0) }.map(Int32.init))
      }
    }
  }

  @Test("a long word is joined in little more than linear work")
  func longWord() throws {
    let tokenizer = try TinyTokenizer().load()
    let word = String(repeating: "ab", count: 200_000)
    #expect(tokenizer.encode(word).count == 200_000)
  }

  @Test(
    "without an unknown token, characters that have none are left out and covered by a neighbour")
  func leftOut() throws {
    let tokenizer = try TinyTokenizer().load()
    #expect(
      tokenizer.encodeWithOffsets("éaécé")
        == [TokenSpan(id: 1, bytes: 0..<5), TokenSpan(id: 4, bytes: 5..<8)])
    #expect(tokenizer.encodeWithOffsets("é") == [])
  }

  @Test("unknown characters become the unknown token, fused or one by one")
  func unknown() throws {
    var tiny = TinyTokenizer()
    tiny.model = #""type": "BPE", "unk_token": "<unk>", "fuse_unk": false"#
    #expect(try tiny.load().encode("xyaxy") == [0, 0, 1, 0, 0])
    tiny.model = #""type": "BPE", "unk_token": "<unk>", "fuse_unk": true"#
    #expect(
      try tiny.load().encodeWithOffsets("xyaxy")
        == [
          TokenSpan(id: 0, bytes: 0..<2), TokenSpan(id: 1, bytes: 2..<3),
          TokenSpan(id: 0, bytes: 3..<5),
        ])
  }

  @Test("a file's last place for a pair counts, and its order of fields does not matter")
  func order() throws {
    let text = #"""
      {"model": {"merges": ["#version: 0.2", "a b", "b c", "a b"], "vocab": {"a":0,"b":1,"c":2,"ab":3,"bc":4}}}
      """#
    let tokenizer = try BytePairTokenizer(json: Array(text.utf8), file: "t.json")
    #expect(tokenizer.encode("abc") == [0, 4])
    #expect(tokenizer.decode([0, 4]) == "a bc")
  }

  @Test("many tasks can use one tokenizer at once")
  func concurrency() async throws {
    let reference = try ReferenceStrings("llama3")
    await withTaskGroup(of: Bool.self) { group in
      for part in 0..<4 {
        group.addTask {
          for index in stride(from: part, to: 400, by: 4) {
            let ids = reference.tokenizer.encode(
              reference.strings[index], specialTokens: reference.policy(index))
            if ids != reference.ids[index] { return false }
          }
          return true
        }
      }
      for await same in group { #expect(same) }
    }
  }

  @Test("the bundled models' tokenizers know their sizes and boundaries")
  func models() throws {
    let invented = try ReferenceStrings.tokenizer("fictional")
    #expect(invented.vocabularySize == 2000)
    #expect(invented.endOfText == 1999)
    #expect(invented.beginningOfText == 1999)
    let real = try ReferenceStrings.tokenizer("counterfact")
    #expect(real.vocabularySize == 6000)
    #expect(real.endOfText == 0)
    let llama = try ReferenceStrings.tokenizer("llama3")
    #expect(llama.beginningOfText == 0)
  }
}
