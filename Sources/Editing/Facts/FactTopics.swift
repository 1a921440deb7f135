/// What some facts are about, by which another fact says one of them anew: the question, or the relation where both
/// data sets name one.
package struct FactTopics: Sendable {
  private let questions: Set<FactQuestion>
  private let relations: Set<FactRelation>

  /// What facts are about.
  package init(_ facts: [Fact]) {
    questions = Set(facts.map { FactQuestion($0) })
    relations = Set(facts.compactMap { FactRelation($0) })
  }

  /// Whether a fact is about one of them, whatever its object.
  package func contains(_ fact: Fact) -> Bool {
    questions.contains(FactQuestion(fact))
      || FactRelation(fact).map(relations.contains) ?? false
  }
}
