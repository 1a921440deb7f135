/// What a fact is about, in the form in which facts are compared: space at the ends does not count, runs of space
/// count as one, canonically equivalent characters are equal.
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
