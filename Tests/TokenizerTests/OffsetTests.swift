import TestSupport
import Testing
import Transformer

@Suite struct OffsetTests {
  @Test(
    "spans follow each other without holes over the whole text",
    arguments: ReferenceStrings.models + ReferenceStrings.kinds)
  func tiling(name: String) throws {
    let reference = try ReferenceStrings(name)
    for string in reference.strings {
      let spans = reference.tokenizer.encodeWithOffsets(string, specialTokens: .template)
      var position = 0
      for span in spans {
        try #require(span.bytes.lowerBound == position, "\(string.debugDescription)")
        position = span.bytes.upperBound
      }
      try #require(position == string.utf8.count, "\(string.debugDescription)")
    }
  }

  @Test(
    "a token's bytes are the bytes of its span, where nothing changes the text",
    arguments: ["fictional", "counterfact", "llama3", "digits"])
  func bytesOfSpans(name: String) throws {
    let reference = try ReferenceStrings(name)
    for string in reference.strings {
      let text = Array(string.utf8)
      for span in reference.tokenizer.encodeWithOffsets(string) {
        try #require(
          reference.tokenizer.bytes(of: span.id) == Array(text[span.bytes]),
          "\(string.debugDescription)")
      }
    }
  }

  @Test(
    "decoding what was encoded gives the text",
    arguments: ["fictional", "counterfact", "llama3", "digits"])
  func roundTrip(name: String) throws {
    let reference = try ReferenceStrings(name)
    for string in reference.strings {
      let decoded = reference.tokenizer.decode(reference.tokenizer.encode(string))
      try #require(Array(decoded.utf8) == Array(string.utf8), "\(string.debugDescription)")
    }
  }

  @Test(
    "what tokens add to a text is the rest of both decoded together",
    arguments: ReferenceStrings.models + ReferenceStrings.kinds)
  func continuations(name: String) throws {
    let tokenizer = try ReferenceStrings.tokenizer(name)
    for text in ["The sport of Iñtern is rowing", "A b  c. D", "Oslo is in Rome"] {
      let ids = tokenizer.encode(text)
      for cut in 1...ids.count {
        let start = tokenizer.decode(ids[..<cut])
        // A character whose bytes are cut apart is none in either part.
        guard !start.contains("\u{FFFD}") else { continue }
        let rest = tokenizer.decode(ids[cut...], isContinuation: true)
        #expect(start + rest == tokenizer.decode(ids), "\(text) after \(cut)")
      }
    }
  }

  @Test("SentencePiece tokens cover the words that they stand for")
  func sentencePieceSpans() throws {
    for name in ["sentencepiece-prepend", "sentencepiece-metaspace"] {
      let tokenizer = try ReferenceStrings.tokenizer(name)
      let text = "The sport of Iñtern is rowing"
      let bytes = Array(text.utf8)
      for span in tokenizer.encodeWithOffsets(text) where !span.bytes.isEmpty {
        let stands = tokenizer.bytes(of: span.id), covers = Array(bytes[span.bytes])
        // The mark in front of the text stands for nothing in it.
        #expect(stands == covers || (span.bytes.lowerBound == 0 && stands == [0x20] + covers))
      }
    }
  }

  @Test("a composed character is covered by the tokens of what composed it")
  func composedSpans() throws {
    let tokenizer = try ReferenceStrings.tokenizer("qwen2")
    let decomposed = "cafe\u{301} au lait", composed = "café au lait"
    #expect(tokenizer.encode(decomposed) == tokenizer.encode(composed))
    let spans = tokenizer.encodeWithOffsets(decomposed)
    let last = try #require(lastToken(overlapping: 0..<6, in: spans))
    #expect(spans[last].bytes.upperBound == 6)
  }

  @Test("the template's tokens are empty spans at the ends")
  func templateSpans() throws {
    let tokenizer = try ReferenceStrings.tokenizer("prefix-space")
    let spans = tokenizer.encodeWithOffsets("rowing", specialTokens: .template)
    #expect(spans.first == TokenSpan(id: 0, bytes: 0..<0))
    #expect(spans.last == TokenSpan(id: 1, bytes: 6..<6))
    #expect(tokenizer.encode("rowing") == spans.dropFirst().dropLast().map(\.id))
  }

  @Test("white space that a token took along is given back to a token that begins in it")
  func overlappingTokens() throws {
    var tiny = TinyTokenizer()
    tiny.vocabulary = #"{"a": 0, " ": 1}"#
    tiny.merges = "[]"
    tiny.addedTokens = """
      [{"id": 2, "content": "<b>", "normalized": false, "rstrip": true},
       {"id": 3, "content": "\\n\\n", "normalized": false}]
      """
    let tokenizer = try tiny.load()
    // As the reference: the second match ends before the first one's white space does.
    #expect(tokenizer.encode("<b>\n\n a") == [2, 3, 1, 0])
    #expect(
      tokenizer.encodeWithOffsets("<b> \n\n a").map(\.bytes) == [0..<4, 4..<6, 6..<7, 7..<8])
    #expect(tokenizer.encode("<b> a") == [2, 0])
  }

  @Test("the parts of Tibetan vowels are put in order with the marks before them")
  func tibetanVowels() throws {
    var tiny = TinyTokenizer()
    tiny.vocabulary = """
      {"\u{1a75}": 0, "\u{f71}": 1, "\u{f72}": 2, "\u{f74}": 3, "\u{f80}": 4}
      """
    tiny.merges = "[]"
    tiny.normalizer = #"{"type": "NFC"}"#
    let tokenizer = try tiny.load()
    for (vowel, second) in [("\u{f73}", 2), ("\u{f75}", 3), ("\u{f81}", 4)] as [(String, Int32)] {
      #expect(tokenizer.encode("\u{1a75}" + vowel) == [1, second, 0])
      #expect(tokenizer.encode(vowel) == [1, second])
    }
  }

  @Test("the last overlapping token is found by any byte of it, and not by an empty or outer range")
  func lastOverlapping() {
    let spans = [0..<0, 0..<3, 3..<7, 7..<8].map { TokenSpan(id: 1, bytes: $0) }
    #expect(lastToken(overlapping: 0..<1, in: spans) == 1)
    #expect(lastToken(overlapping: 0..<3, in: spans) == 1)
    #expect(lastToken(overlapping: 2..<4, in: spans) == 2)
    #expect(lastToken(overlapping: 6..<7, in: spans) == 2)
    #expect(lastToken(overlapping: 0..<8, in: spans) == 3)
    #expect(lastToken(overlapping: 3..<3, in: spans) == nil)
    #expect(lastToken(overlapping: 8..<9, in: spans) == nil)
    #expect(lastToken(overlapping: 0..<1, in: []) == nil)
  }
}
