import Editing
import Evaluation
import Testing

@Suite struct TextEntropyTests {
  @Test("one word over and over has no entropy; texts without a trigram have none to measure")
  func extremes() {
    #expect(TextEntropy.bits(of: "so so so so so so") == 0)
    #expect(TextEntropy.bits(of: "two words") == nil)
    #expect(TextEntropy.mean(of: ["two words", ""]) == nil)
  }

  /// Bigrams ab, ba, ab: H₂ = log₂3 − 2/3; trigrams aba, bab: H₃ = 1.
  @Test("the weights are a third and two thirds, by hand")
  func byHand() throws {
    let bits = try #require(TextEntropy.bits(of: "x y x y"))
    let second = 1.584962500721156 - 2.0 / 3
    #expect(abs(bits - (second / 3 + 2.0 / 3)) < 1e-12)
    // Eight different words: seven bigrams, six trigrams, each once.
    let varied = try #require(TextEntropy.bits(of: "a b c d e f g h"))
    #expect(abs(varied - (2.807354922057604 / 3 + 2 * 2.584962500721156 / 3)) < 1e-12)
    let mean = try #require(TextEntropy.mean(of: ["x y x y", "so so so", "no"]))
    #expect(abs(mean - bits / 2) < 1e-12)
  }
}

@Suite struct ReferenceTextsTests {
  private static let file = """
    [{"relation_id": "P1", "target_id": "Q1", "samples": [
       {"name": "a", "text": "Red cat sat"}, {"name": "b", "text": "A red DOG ran"}]},
     {"relation_id": "P1", "target_id": "Q2", "samples": [{"name": "c", "text": "cat, cat-nap x"}]}]
    """

  private func texts(_ text: String = file) throws -> ReferenceTexts {
    try ReferenceTexts(parsing: Array(text.utf8), file: "snippets.json")
  }

  /// N = 3; df: red 2, cat 2, sat, dog, ran, nap 1. idf = ln(4/(1 + df)) + 1: 1.2876820724517808 for 2,
  /// 1.6931471805599454 for 1. "a" and "x" are shorter than two characters.
  @Test("the cosine of TF-IDF vectors, by hand")
  func byHand() throws {
    let (two, one) = (1.2876820724517808, 1.6931471805599454)
    let score = try #require(
      try texts().score(["The cat is red,", "red red unknown"], relation: "P1", object: "Q1"))
    // Written: cat 1, red 3. References: red 2, cat 1, sat 1, dog 1, ran 1.
    let product = 3 * two * 2 * two + two * two
    let written = ((3 * two) * (3 * two) + two * two).squareRoot()
    let own = ((2 * two) * (2 * two) + two * two + 3 * one * one).squareRoot()
    #expect(abs(score - product / (written * own)) < 1e-12)
    #expect(
      abs(
        try #require(
          try texts().score(["cat nap cat"], relation: "P1", object: "Q2")) - 1) < 1e-12)
  }

  @Test("what cannot be compared is not measured")
  func unmeasured() throws {
    let texts = try texts()
    #expect(texts.score(["red cat"], relation: "P1", object: "Q9") == nil)
    #expect(texts.score(["red cat"], relation: nil, object: "Q1") == nil)
    #expect(texts.score(["red cat"], relation: "P1", object: nil) == nil)
    #expect(texts.score(["nothing known here"], relation: "P1", object: "Q1") == nil)
    #expect(texts.score([], relation: "P1", object: "Q1") == nil)
  }

  @Test(
    "a broken entry is named with its field",
    arguments: [
      (#"[{"target_id": "Q1", "samples": []}]"#, "relation_id"),
      (#"[{"relation_id": "P1", "samples": []}]"#, "target_id"),
      (#"[{"relation_id": "P1", "target_id": "Q1"}]"#, "samples"),
      (#"[{"relation_id": "P1", "target_id": "Q1", "samples": [{}]}]"#, "samples.text"),
    ])
  func broken(text: String, field: String) throws {
    let error = try #require(throws: EvaluationError.self) { try texts(text) }
    guard case .badReference("snippets.json", .record(1), field, _) = error else { throw error }
  }
}

@Suite struct TextWriterTests {
  @Test("a text depends on its beginning, its number and the seed, and on nothing beside it")
  func alone() throws {
    let study = try Study.counterfact()
    let beginnings = Array(study.cases[0].companions.generation.prefix(3))
    let writer = TextWriter(study.model, study.tokenizer, seed: 1)
    let together = try writer.texts(beginnings, numbers: [7, 8, 9])
    #expect(together.count == 3)
    for (beginning, text) in zip(beginnings, together) { #expect(text.hasPrefix(beginning)) }
    #expect(try writer.texts([beginnings[1]], numbers: [8]) == [together[1]])
    #expect(try writer.texts([beginnings[1]], numbers: [9]) != [together[1]])
    // One after the other where they may not take more.
    #expect(
      try TextWriter(study.model, study.tokenizer, seed: 1, bytes: 1)
        .texts(beginnings, numbers: [7, 8, 9]) == together)
    #expect(
      try TextWriter(study.model, study.tokenizer, seed: 2).texts([beginnings[1]], numbers: [8])
        != [together[1]])
  }
}
