import Editing
import TestSupport
import Testing
import Transformer

/// Tokenizers that put a beginning-of-text token before a text, or an end-of-text token behind it.
@Suite("Requests with a tokenizer's own tokens around them")
struct TemplateTokensTests {
  @Test(
    "every text begins with the first token and none ends with the last; the object has neither",
    arguments: [
      ("llama3", "<|begin_of_text|>"), ("sentencepiece-prepend", "<s>"),
      ("sentencepiece-metaspace", "<s>"), ("prefix-space", "<s>"),
    ])
  func beginning(name: String, token: String) throws {
    let tokenizer = try BytePairTokenizer(
      contentsOf: Fixture.path("tokenizers/\(name)/tokenizer.json"))
    let first = try #require(tokenizer.encode(token).first)
    #expect(tokenizer.decode([first], specialTokens: .spelled) == token)
    let fact = try Fact(
      prompt: PromptTemplate("The mother tongue of {} is"), subject: "Danielle Darrieux",
      targetNew: "English", targetTrue: "French")
    let templates = try ContextTemplates(groups: [["{}"], ["The river was wide. {}"]])
    let request = try RequestTokens(fact, templates, tokenizer, positionLimit: 128)

    for (row, text) in [
      (request.rows[0], "The mother tongue of Danielle Darrieux is"),
      (request.rows[1], "The river was wide. The mother tongue of Danielle Darrieux is"),
      (request.anchor, "Danielle Darrieux is a"),
    ] {
      #expect(row.tokens == [first] + tokenizer.encode(text), "\(text)")
      // The texts up to the subject's end split at the same places: a space follows.
      let end = try #require(text.firstRange(of: "Darrieux")).upperBound
      #expect(row.lookup == tokenizer.encode(String(text[..<end])).count, "\(text)")
    }
    #expect(!request.target.contains(first))
    #expect(request.target == tokenizer.encodeContinuation(" English"))
    // Prompt and object together are the tokens of the sentence.
    #expect(
      request.rows[0].tokens.dropFirst() + request.target
        == tokenizer.encode("The mother tongue of Danielle Darrieux is English")[...])
  }

  @Test("a tokenizer without such a token puts none there")
  func none() throws {
    let tokenizer = try BytePairTokenizer(
      contentsOf: Fixture.path("tokenizers/qwen2/tokenizer.json"))
    let fact = try Fact(
      prompt: PromptTemplate("{} speaks"), subject: "Danielle Darrieux", targetNew: "English")
    let request = try RequestTokens(
      fact, ContextTemplates(groups: [["{}"]]), tokenizer, positionLimit: 128)
    #expect(request.rows[0].tokens == tokenizer.encode("Danielle Darrieux speaks"))
    #expect(request.rows[0].lookup == tokenizer.encode("Danielle Darrieux").count - 1)
  }
}
