package import Transformer

/// A fact as MEND trains on it.
package struct MENDRecord: Sendable {
  /// The prompt with its new object: what the edit is made from.
  package let edit: TrainingText
  /// Texts that should say the new object after it: the prompt itself and its paraphrases.
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
    outer = [edit] + factCase.companions.paraphrases.compactMap { text($0, fact.targetNew) }
    local = factCase.companions.neighbourhood.compactMap { neighbour in
      (neighbour.target ?? fact.targetTrue).flatMap { text(neighbour.prompt, $0) }
    }
  }

  private init(edit: TrainingText, local: [TrainingText]) {
    self.edit = edit
    outer = [edit]
    self.local = local
  }

  /// A fact's prompts about other subjects as edits of their own: the neighbors to its new object, and those that
  /// have it already to its old one.
  ///
  /// What should stay are prompts beside them about yet other subjects: those without a capitalised word in
  /// common.
  package static func neighbourEdits(
    of factCase: FactCase, _ tokenizer: BytePairTokenizer, positionLimit: Int
  ) -> [MENDRecord] {
    let fact = factCase.fact
    func text(_ prompt: String, _ target: String) -> TrainingText? {
      try? TrainingText(
        name: fact.title, prompt: prompt, target: target, loss: .autoregressive, tokenizer,
        positionLimit: positionLimit)
    }
    func edits(_ prompts: [(prompt: String, own: String)], to object: String) -> [MENDRecord] {
      var seen: Set<String> = []
      let prompts = prompts.filter { seen.insert($0.prompt).inserted }
      return prompts.compactMap { neighbour in
        let names = names(in: neighbour.prompt)
        let local = prompts.filter { names.isDisjoint(with: Self.names(in: $0.prompt)) }
          .compactMap { text($0.prompt, $0.own) }
        guard !local.isEmpty else { return nil }
        return text(neighbour.prompt, object).map { MENDRecord(edit: $0, local: local) }
      }
    }
    let neighbours = factCase.companions.neighbourhood.compactMap { neighbour in
      (neighbour.target ?? fact.targetTrue).map { (neighbour.prompt, $0) }
    }
    let others = factCase.companions.attribute.map { ($0, fact.targetNew) }
    return edits(neighbours, to: fact.targetNew)
      + (fact.targetTrue.map { edits(others, to: $0) } ?? [])
  }

  /// The words of a prompt that begin with a capital letter or a digit.
  private static func names(in prompt: String) -> Set<Substring> {
    Set(
      prompt.split { !$0.isLetter && !$0.isNumber }
        .filter { $0.first.map { $0.isUppercase || $0.isNumber } ?? false })
  }
}
