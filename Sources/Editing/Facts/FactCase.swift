/// A fact with the prompts that measure what editing it does.
package struct FactCase: Sendable, Hashable {
  /// The fact.
  package let fact: Fact
  /// The prompts beside it.
  package let companions: FactCompanions

  /// Puts them together.
  package init(_ fact: Fact, companions: FactCompanions = FactCompanions()) {
    self.fact = fact
    self.companions = companions
  }
}

/// Prompts that come with a fact in a data set. Whole texts: subjects are written out.
package struct FactCompanions: Sendable, Hashable {
  /// The fact asked in other words: the new object is expected.
  package var paraphrases: [String]
  /// Other subjects, whose objects should stay as they are.
  package var neighbourhood: [NeighbourhoodPrompt]
  /// Other subjects that have the new object already.
  package var attribute: [String]
  /// Beginnings of texts about the subject.
  package var generation: [String]

  /// Collects them.
  package init(
    paraphrases: [String] = [], neighbourhood: [NeighbourhoodPrompt] = [], attribute: [String] = [],
    generation: [String] = []
  ) {
    self.paraphrases = paraphrases
    self.neighbourhood = neighbourhood
    self.attribute = attribute
    self.generation = generation
  }
}

/// A prompt about another subject.
package struct NeighbourhoodPrompt: Sendable, Hashable {
  /// The whole prompt.
  package let prompt: String
  /// What should follow, where the data set says so; in CounterFact it is the fact's old object.
  package let target: String?

  /// Puts them together.
  package init(prompt: String, target: String? = nil) {
    self.prompt = prompt
    self.target = target
  }
}
