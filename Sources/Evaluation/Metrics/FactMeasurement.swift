/// What a model knows of one fact and its surroundings.
package struct FactMeasurement: Sendable, Equatable {
  /// The rewrite prompt: the new object against the old one.
  package let rewrite: AnswerScore
  /// The paraphrases: the new object against the old one.
  package let paraphrases: [AnswerScore]
  /// Prompts about other subjects: their own object against the new one.
  package let neighbourhood: [AnswerScore]

  /// Puts them together.
  package init(
    rewrite: AnswerScore, paraphrases: [AnswerScore] = [], neighbourhood: [AnswerScore] = []
  ) {
    self.rewrite = rewrite
    self.paraphrases = paraphrases
    self.neighbourhood = neighbourhood
  }
}
