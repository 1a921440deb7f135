/// A prompt and what should follow it.
package struct Continuation: Sendable, Hashable {
  /// The text before.
  package let prompt: String
  /// What follows, without its leading space.
  package let text: String

  /// Makes a question to the model.
  package init(prompt: String, text: String) {
    self.prompt = prompt
    self.text = text
  }
}
