package import Transformer

/// A text with the tokens that a model should predict in it: what losses of weights are taken on.
package struct TrainingText: Sendable, Equatable {
  /// A token that a position should predict.
  package struct Label: Sendable, Equatable {
    /// The position whose logits are looked at.
    package let position: Int
    /// The token wanted there.
    package let token: Int32
    /// Its share of the text's loss; the shares add up to 1.
    package let weight: Float
  }

  /// What to call it in messages.
  package let name: String
  /// All tokens.
  package let tokens: [Int32]
  /// The labels; several may have one position.
  package let labels: [Label]

  /// The positions that have labels, ascending.
  package var outputs: [Int] { Array(Set(labels.map(\.position))).sorted() }

  /// A prompt and its continuation.
  ///
  /// - Throws: ``EditingError/emptyTarget(fact:)``, ``EditingError/unknownText(fact:text:)``,
  ///   ``EditingError/factTooLong(fact:tokens:limit:)``.
  package init(
    name: String, prompt: String, target: String, loss: TargetLoss, _ tokenizer: BytePairTokenizer,
    positionLimit: Int
  ) throws(EditingError) {
    let before = tokenizer.encode(prompt, specialTokens: .prompt)
    guard !before.isEmpty else { throw .emptyTarget(fact: name) }
    let wanted = try tokenizer.targetTokens(target, fact: name)
    let share = 1 / Float(wanted.count)
    switch loss {
    case .autoregressive:
      tokens = before + wanted.dropLast()
      labels = wanted.enumerated().map { offset, token in
        Label(position: before.count - 1 + offset, token: token, weight: share)
      }
    case .bagOfTokens:
      tokens = before
      labels = wanted.map { Label(position: before.count - 1, token: $0, weight: share) }
    }
    self.name = name
    guard tokens.count <= positionLimit else {
      throw .factTooLong(fact: name, tokens: tokens.count, limit: positionLimit)
    }
  }

  /// A fact's bare prompt and its new object.
  ///
  /// - Throws: as above.
  package init(
    _ fact: Fact, loss: TargetLoss, _ tokenizer: BytePairTokenizer, positionLimit: Int
  ) throws(EditingError) {
    try self.init(
      name: fact.title, prompt: fact.filledPrompt, target: fact.targetNew, loss: loss, tokenizer,
      positionLimit: positionLimit)
  }

  /// Each fact's text.
  ///
  /// - Throws: as above, and ``EditingError/noFacts``.
  static func all(
    of facts: [Fact], loss: TargetLoss, _ tokenizer: BytePairTokenizer, positionLimit: Int
  ) throws(EditingError) -> [TrainingText] {
    guard !facts.isEmpty else { throw .noFacts }
    return try facts.map { fact throws(EditingError) in
      try TrainingText(fact, loss: loss, tokenizer, positionLimit: positionLimit)
    }
  }
}

/// How the tokens of a target enter a loss.
package enum TargetLoss: String, Sendable, Equatable, CaseIterable {
  /// Each is predicted from the prompt and those before it.
  case autoregressive
  /// All are predicted at the prompt's last token, in no order: what the released fine-tuning does.
  case bagOfTokens = "bag_of_tokens"
}
