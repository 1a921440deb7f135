/// A rewrite request: what the model shall say of a subject.
package struct Fact: Sendable, Hashable {
  /// The prompt, with a place for the subject.
  package let prompt: PromptTemplate
  /// Whom or what it is about, without space at its ends; never empty.
  package let subject: String
  /// The new object, without space at its ends; never empty.
  package let targetNew: String
  /// The old object, if it is known. Used by measurements, not by editors.
  package let targetTrue: String?
  /// The number in its data set, if it has one.
  package let caseID: Int?
  /// The relation in its data set (a Wikidata property such as `P103`), if it has one.
  package let relation: String?

  /// Makes a fact; space at both ends of subject and objects is dropped.
  package init(
    prompt: PromptTemplate, subject: String, targetNew: String, targetTrue: String? = nil,
    caseID: Int? = nil, relation: String? = nil
  ) throws(FactProblem) {
    self.prompt = prompt
    self.subject = subject.trimmed
    self.targetNew = targetNew.trimmed
    self.targetTrue = targetTrue.map(\.trimmed).flatMap { $0.isEmpty ? nil : $0 }
    self.caseID = caseID
    self.relation = relation
    guard !self.subject.isEmpty else { throw .empty(field: "subject") }
    guard !self.targetNew.isEmpty else { throw .empty(field: "target_new") }
  }

  /// The prompt about the subject, without the object.
  package var filledPrompt: String { prompt.filled(with: subject) }

  /// An object as it follows a prompt: with one space before it.
  package static func continuation(_ target: String) -> String { " " + target }
}
