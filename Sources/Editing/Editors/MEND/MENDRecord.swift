package import Transformer

/// A fact as MEND trains on it.
package struct MENDRecord: Sendable {
  /// The prompt with its new object: what the edit is made from.
  package let edit: TrainingText
  /// Texts that should say the new object after it: the paraphrases, or the prompt itself.
  package let outer: [TrainingText]
  /// Texts about other subjects with their own object, which should stay as they are.
  package let local: [TrainingText]

  /// Tokenises a fact with its companions. Texts longer than the model's context are left out.
  ///
  /// - Throws: ``EditingError`` for the fact itself.
  package init(
    _ factCase: FactCase, _ tokenizer: BytePairTokenizer, positionLimit: Int
  ) throws(EditingError) {
    let fact = factCase.fact
    edit = try TrainingText(
      fact, loss: .autoregressive, tokenizer, positionLimit: positionLimit)
    func text(_ prompt: String, _ target: String) -> TrainingText? {
      try? TrainingText(
        name: fact.title, prompt: prompt, target: target, loss: .autoregressive, tokenizer,
        positionLimit: positionLimit)
    }
    let paraphrases = factCase.companions.paraphrases.compactMap { text($0, fact.targetNew) }
    outer = paraphrases.isEmpty ? [edit] : paraphrases
    local = factCase.companions.neighbourhood.compactMap { neighbour in
      (neighbour.target ?? fact.targetTrue).flatMap { text(neighbour.prompt, $0) }
    }
  }
}
