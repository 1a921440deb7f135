package import Editing

/// How a model answers one prompt: with the object asked for, and with its rival.
package struct AnswerScore: Sendable, Equatable {
  /// The prompt.
  package let prompt: String
  /// The object that should win.
  package let wanted: ContinuationScore
  /// The object that should lose; `nil` where none is known.
  package let rival: ContinuationScore?

  /// Puts them together.
  package init(prompt: String, wanted: ContinuationScore, rival: ContinuationScore? = nil) {
    self.prompt = prompt
    self.wanted = wanted
    self.rival = rival
  }

  /// Whether the wanted object is the more probable one; ties are failures; `nil` without a rival.
  package var isSuccess: Bool? {
    rival.map { wanted.negativeLogLikelihood < $0.negativeLogLikelihood }
  }

  /// Whether the wanted object beats its rival, or everything where there is none.
  package var holds: Bool { isSuccess ?? wanted.isBest }
}

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
