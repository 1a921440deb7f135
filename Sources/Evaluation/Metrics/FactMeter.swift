package import Editing

/// Measures many facts with one model.
package struct FactMeter {
  private let scorer: PromptScorer

  /// Measures with a scorer's model.
  package init(_ scorer: PromptScorer) { self.scorer = scorer }

  /// One measurement a fact, in the facts' order.
  ///
  /// - Throws: what the scorer throws.
  package func measure(_ cases: [FactCase]) throws -> [FactMeasurement] {
    var items: [Continuation] = []
    for factCase in cases {
      for question in Self.questions(factCase) {
        items.append(Continuation(prompt: question.prompt, text: question.wanted))
        if let rival = question.rival {
          items.append(Continuation(prompt: question.prompt, text: rival))
        }
      }
    }
    var scores = try scorer.scores(of: items)[...]
    return cases.map { factCase in
      let answers = Self.questions(factCase).map { question in
        AnswerScore(
          prompt: question.prompt, wanted: scores.removeFirst(),
          rival: question.rival == nil ? nil : scores.removeFirst())
      }
      let paraphrases = factCase.companions.paraphrases.count
      return FactMeasurement(
        rewrite: answers[0], paraphrases: Array(answers[1..<1 + paraphrases]),
        neighbourhood: Array(answers[(1 + paraphrases)...]))
    }
  }

  private static func questions(_ factCase: FactCase)
    -> [(prompt: String, wanted: String, rival: String?)]
  {
    let fact = factCase.fact
    let own = [fact.filledPrompt] + factCase.companions.paraphrases
    return own.map { ($0, fact.targetNew, fact.targetTrue) }
      + factCase.companions.neighbourhood.compactMap { neighbour in
        (neighbour.target ?? fact.targetTrue).map { (neighbour.prompt, $0, fact.targetNew) }
      }
  }
}
