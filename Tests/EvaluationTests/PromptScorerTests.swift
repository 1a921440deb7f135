import Checkpoint
import Editing
import Evaluation
import Foundation
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite struct PromptScorerTests {
  /// Their logits are float32 of another kernel; a log-probability of size ten differs by some 1e-5.
  @Test("the score of one token is what follows from the reference's logits")
  func oneToken() throws {
    let study = try Study.fictional()
    let reference = try Reference("reference/memit/memit_n16.safetensors")
    let logits = try reference.matrix("logits_pre")
    var compared = 0
    for index in 0..<logits.rows {
      let target = try reference.integers("request\(index).target_ids")
      guard target.count == 1 else { continue }
      let fact = study.cases[index].fact
      let score = try study.scorer.scores(
        of: [Continuation(prompt: fact.filledPrompt, text: fact.targetNew)])[0]
      let row = Array(logits.row(index))
      let largest = row.max() ?? 0
      let total = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
      #expect(
        abs(score.negativeLogLikelihood - (total - row[target[0]])) < 1e-4, "request \(index)")
      #expect(score.isBest == (row[target[0]] == largest))
      #expect(abs(score.probability - exp(row[target[0]] - total)) < 1e-5)
      compared += 1
    }
    #expect(compared > 5)
  }

  @Test("a question's score does not depend on what is asked beside it")
  func alone() throws {
    let study = try Study.fictional()
    let items = study.cases[0..<40].flatMap { factCase in
      ([factCase.fact.filledPrompt] + factCase.companions.paraphrases).map {
        Continuation(prompt: $0, text: factCase.fact.targetNew)
      }
    }
    let together = try study.scorer.scores(of: items)
    #expect(together.count == items.count)
    for index in stride(from: 0, to: items.count, by: 7) {
      let alone = try study.scorer.scores(of: [items[index]])[0]
      // Rows of a product are summed in another order when it has another size: float32 rounding.
      #expect(
        abs(alone.negativeLogLikelihood - together[index].negativeLogLikelihood) < 1e-4,
        "item \(index)")
      #expect(alone.isBest == together[index].isBest)
    }
  }

  @Test("a continuation of several tokens has the mean of what each costs after those before it")
  func severalTokens() throws {
    let study = try Study.fictional()
    let prompt = study.cases[0].fact.filledPrompt
    let whole = try study.scorer.scores(of: [Continuation(prompt: prompt, text: "Kethic Kethic")])[
      0]
    let parts = try study.scorer.scores(of: [
      Continuation(prompt: prompt, text: "Kethic"),
      Continuation(prompt: prompt + " Kethic", text: "Kethic"),
    ])
    let mean = (parts[0].negativeLogLikelihood + parts[1].negativeLogLikelihood) / 2
    #expect(abs(whole.negativeLogLikelihood - mean) < 1e-4)
    #expect(whole.isBest == (parts[0].isBest && parts[1].isBest))
  }

  @Test("what does not fit into the model's context is refused, with its length")
  func tooLong() throws {
    let study = try Study.fictional()
    let prompt = Array(repeating: "home port", count: 80).joined(separator: " ")
    let error = #expect(throws: TransformerError.self) {
      _ = try study.scorer.scores(of: [Continuation(prompt: prompt, text: "Kethic")])
    }
    guard case .tooLong(let tokens, 128, prompt)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(tokens > 128)
  }

  @Test("a prompt without tokens is refused")
  func empty() throws {
    let study = try Study.fictional()
    #expect(throws: TransformerError.emptyText) {
      _ = try study.scorer.scores(of: [Continuation(prompt: "", text: "Kethic")])
    }
  }
}
