import Checkpoint
import Editing
import Evaluation
import Foundation
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// A tokenizer whose template puts a token behind every text: there it would stand between a prompt and what
/// continues it.
@Suite("A template that ends texts")
struct EndedTextTests {
  @Test("a prompt is measured, edited and continued as without it")
  func prompts() throws {
    KernelThreads.set(1)
    let directory = try TemporaryDirectory()
    let base = try TinyModel(in: directory).kit.base
    let plain = try BytePairTokenizer(contentsOf: base + "/tokenizer.json")
    let text = try String(contentsOfFile: base + "/tokenizer.json", encoding: .utf8)
    let end = "{\"SpecialToken\": {\"id\": \"<|endoftext|>\", \"type_id\": 0}}"
    try directory.write(
      text.replacing(
        "\"post_processor\": null",
        with: """
          "post_processor": {"type": "TemplateProcessing", \
          "single": [{"Sequence": {"id": "A", "type_id": 0}}, \(end)], "pair": [], \
          "special_tokens": {"<|endoftext|>": \
          {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}}}
          """), to: "base/tokenizer.json")
    let ended = try BytePairTokenizer(contentsOf: base + "/tokenizer.json")
    #expect(ended.encode("Oslo", specialTokens: .template).last == 0)
    #expect(ended.encode("Oslo", specialTokens: .prompt) == plain.encode("Oslo"))

    let model = try DecoderModel(CheckpointDirectory(path: base), workers: Workers(1))
    let fact = try Fact(
      prompt: PromptTemplate("{} is in"), subject: "Oslo", targetNew: "Rome")
    let continuation = [Continuation(prompt: fact.filledPrompt, text: fact.targetNew)]
    let score = try PromptScorer(model, ended).scores(of: continuation)[0].probability
    #expect(try score == PromptScorer(model, plain).scores(of: continuation)[0].probability)
    // What the editors train on is what is measured.
    let trained = try TrainingText(fact, loss: .autoregressive, ended, positionLimit: 64)
    #expect(trained.tokens.starts(with: plain.encode(fact.filledPrompt)))
    let contexts = try ContextTemplates(groups: [["{}"]])
    let request = try RequestTokens(fact, contexts, ended, positionLimit: 64)
    #expect(request.rows[0].tokens == plain.encode(fact.filledPrompt))
    let (written, expected) = try (
      ContextTemplates(generatedBy: model, ended, seed: 1),
      ContextTemplates(generatedBy: model, plain, seed: 1)
    )
    #expect(written == expected)
  }
}
