internal import Editing
package import Store

/// Active facts to which a new edit gives another object. Both stay: the model answers what the later one made of it.
package struct ContradictedFacts {
  private let repository: EditRepository

  /// Looks in a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// What the edits that a commit brought contradict in the edits that were there before.
  ///
  /// - Throws: what the store throws for a damaged edit.
  package func by(_ commit: RecordedCommit) throws -> [ListFacts.Entry] {
    guard !commit.added.isEmpty else { return [] }
    let stack = try repository.stack(at: commit.id)
    let new = Set(commit.added)
    let facts = try commit.added.flatMap { try ListFacts.facts(of: stack.edit($0)).map(\.fact) }
    guard !facts.isEmpty else { return [] }
    return try entries(in: stack, besides: facts).filter { !new.contains($0.edit) }
  }

  /// The facts of a stack to which others give another object.
  func entries(in stack: EditStack, besides facts: [Fact]) throws -> [ListFacts.Entry] {
    let objects = Dictionary(
      facts.map { (FactQuestion($0), $0.targetNew.collapsed) }, uniquingKeysWith: { $1 })
    return try ListFacts(in: repository).run(stack).filter { entry in
      objects[FactQuestion(entry.fact)].map { $0 != entry.fact.targetNew.collapsed } ?? false
    }
  }
}
