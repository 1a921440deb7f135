import Editing
import Testing
import Transformer

/// A mark right behind `{}` makes one character with the brace, and is still no part of it.
@Suite("Prompts with a combining mark behind the subject's place")
struct MarkedPromptTests {
  @Test(
    "the subject stands where the prompt says",
    arguments: ["{}\u{301} was born in", "{}ের জন্ম", "In {}\u{300}, they say"])
  func place(prompt: String) throws {
    let tokenizer = try ReferenceRequests.tokenizer()
    let fact = try Fact(
      prompt: PromptTemplate(prompt), subject: "Oslo", targetNew: "Rome")
    let contexts = ["{}", "It rained. {}", "{}\u{301} and so on"]
    let found = try RequestTokens(
      fact, ContextTemplates(groups: [contexts]), tokenizer, positionLimit: 128)
    for (row, context) in zip(found.rows, contexts) {
      let text = PromptTemplate.filling(context, with: fact.filledPrompt)
      #expect(row.tokens == tokenizer.encode(text), "\(context)")
      let upToSubject = tokenizer.decode(row.tokens[...row.lookup])
      #expect(Array(upToSubject.utf8.suffix(4)) == Array("Oslo".utf8), "\(context)")
    }
  }

  @Test("a template is filled at its first place, byte by byte")
  func filling() {
    #expect(
      Array(PromptTemplate.filling("a {}\u{301} b", with: "S").utf8)
        == Array("a S\u{301} b".utf8))
    #expect(PromptTemplate.filling("{} and {}", with: "S") == "S and {}")
    #expect(PromptTemplate.filling("nothing", with: "S") == "nothing")
  }
}
