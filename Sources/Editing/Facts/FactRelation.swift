/// A subject and a relation, in the form in which facts are compared.
struct FactRelation: Hashable {
  private let subject: String
  private let relation: String

  /// What a fact is about; `nil` where its data set names no relation.
  init?(_ fact: Fact) {
    guard let relation = fact.relation else { return nil }
    subject = fact.subject.collapsed
    self.relation = relation
  }
}
