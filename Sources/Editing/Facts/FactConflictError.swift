package import Diagnostics

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

extension FactsFile {
  /// Throws if any two facts contradict each other.
  ///
  /// - Parameter file: its name, for messages.
  package func refuseContradictions(named file: String) throws(FactConflictError) {
    let facts = cases.map(\.fact)
    let found = ContradictionFilter(facts).leftOut
    guard let first = found.first else { return }
    let (earlier, later) = (facts[first.contradicts], facts[first.index])
    throw FactConflictError(
      file: file, subject: earlier.subject,
      question: FactQuestion(earlier) == FactQuestion(later)
        ? "'\(earlier.prompt.text)'" : earlier.relation ?? "the relation",
      first: places[first.contradicts], firstObject: earlier.targetNew,
      second: places[first.index], secondObject: later.targetNew, count: found.count)
  }
}
