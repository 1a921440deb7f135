package import Diagnostics

/// The facts of a batch that contradict or repeat one another.
///
/// Two facts are about the same when subject and prompt are: space at the ends does not count, runs of
/// space count as one, canonically equivalent characters are equal. Where their data set names relations, two facts
/// with the same subject and relation contradict each other in other objects, however they are asked.
/// - Source: MEMIT, arXiv 2210.07229, Equation 5.
package struct FactConflicts: Sendable, Equatable {
  /// A fact and an earlier one about the same. Both count from 0 in the batch.
  package struct Pair: Sendable, Equatable {
    /// The earlier one.
    package let first: Int
    /// The later one.
    package let second: Int
  }

  /// Later facts that give another object.
  package let conflicts: [Pair]
  /// Later facts that give the same object again.
  package let duplicates: [Pair]

  /// Looks through a batch.
  package init(in facts: [Fact]) {
    var conflicts: [Pair] = []
    var duplicates: [Pair] = []
    /// For each subject and prompt, the first fact with each object, in order.
    var seen: [FactQuestion: [(object: String, index: Int)]] = [:]
    /// For each subject and relation, the first fact.
    var related: [FactRelation: (object: String, index: Int)] = [:]
    for (i, fact) in facts.enumerated() {
      let object = fact.targetNew.collapsed
      let earlier = seen[FactQuestion(fact), default: []]
      let relative = FactRelation(fact).flatMap { related[$0] }
      if let same = earlier.first(where: { $0.object == object }) {
        duplicates.append(Pair(first: same.index, second: i))
      } else {
        if let other = earlier.first ?? relative, other.object != object {
          conflicts.append(Pair(first: other.index, second: i))
        }
        seen[FactQuestion(fact), default: []].append((object, i))
      }
      if relative == nil, let relation = FactRelation(fact) { related[relation] = (object, i) }
    }
    self.conflicts = conflicts
    self.duplicates = duplicates
  }

  /// Throws if any two facts of the file contradict each other.
  package static func refuse(in facts: FactsFile, file: String) throws(FactConflictError) {
    let batch = facts.cases.map(\.fact)
    let found = FactConflicts(in: batch).conflicts
    guard let first = found.first else { return }
    let earlier = batch[first.first]
    let isSameQuestion = FactQuestion(earlier) == FactQuestion(batch[first.second])
    throw FactConflictError(
      file: file, subject: earlier.subject,
      question: isSameQuestion ? "'\(earlier.prompt.text)'" : earlier.relation ?? "the relation",
      first: facts.places[first.first], firstObject: batch[first.first].targetNew,
      second: facts.places[first.second], secondObject: batch[first.second].targetNew,
      count: found.count)
  }
}

/// Two facts of one batch that give one subject and prompt, or one subject and relation, different objects.
package struct FactConflictError: ExplainedError, Equatable {
  /// The facts file.
  package let file: String
  /// What both are about.
  package let subject: String
  /// What both ask: the prompt in quotation marks, or the relation.
  package let question: String
  /// Where the earlier one stands.
  package let first: FactPlace
  /// What it says.
  package let firstObject: String
  /// Where the later one stands.
  package let second: FactPlace
  /// What it says.
  package let secondObject: String
  /// How many such pairs there are in the batch.
  package let count: Int

  /// The parts of what the user is told.
  package var explanation: Explanation {
    let more = count == 1 ? "" : " (and \(count - 1) more facts do)"
    return Explanation(
      "two facts contradict each other" + more, file: file, field: "\(first) and \(second)",
      found: "\(question) of '\(subject)' is '\(firstObject)' and '\(secondObject)'",
      expected: "one object for each subject and prompt, and for each subject and relation",
      remedy: "Drop one of them, or put them into different commits.")
  }
}

/// What a fact is about, in the form in which facts are compared.
package struct FactQuestion: Hashable, Sendable {
  let subject: String
  let prompt: String

  /// What a fact asks.
  package init(_ fact: Fact) { self.init(subject: fact.subject, prompt: fact.prompt.text) }

  /// A subject, and a prompt with `{}` for it.
  package init(subject: String, prompt: String) {
    self.subject = subject.collapsed
    self.prompt = prompt.collapsed
  }
}

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
