/// A prompt with one place for the subject, written `{}`.
///
/// Substitution is literal: other braces, percent signs and backslashes stand for themselves.
package struct PromptTemplate: Sendable, Hashable {
  /// What stands for the subject in the text.
  package static let placeholder = "{}"

  /// The text before the subject.
  package let before: String
  /// The text after the subject.
  package let after: String

  /// Reads a template; space at both ends is dropped, since a target brings its own.
  package init(_ text: String) throws(FactProblem) {
    let parts = text.trimmed.split(exactly: Self.placeholder)
    guard parts.count > 1 else { throw .noPlaceholder(prompt: text) }
    guard parts.count == 2 else {
      throw .severalPlaceholders(prompt: text, count: parts.count - 1)
    }
    (before, after) = (parts[0], parts[1])
  }

  /// Makes a template of a prompt in which the subject is written out, as zsRE and EasyEdit have them.
  ///
  /// A subject that occurs twice is refused: which of them is meant cannot be told, and replacing both
  /// would leave two places.
  package init(_ text: String, writtenWith subject: String) throws(FactProblem) {
    let parts = text.trimmed.split(exactly: subject)
    guard parts.count > 1 else {
      throw .subjectNotInPrompt(prompt: text, subject: subject)
    }
    guard parts.count == 2 else {
      throw .subjectSeveralTimes(prompt: text, subject: subject, count: parts.count - 1)
    }
    (before, after) = (parts[0], parts[1])
    let places = (before + subject + after).split(exactly: Self.placeholder).count - 1
    guard places == 0 else {
      throw .severalPlaceholders(prompt: text, count: places + 1)
    }
  }

  /// The template with `{}` for the subject.
  package var text: String { before + Self.placeholder + after }

  /// The text of a template with a subject in its first place; a text without one as it is.
  package static func filling(_ text: String, with subject: String) -> String {
    let parts = text.split(exactly: placeholder)
    guard parts.count > 1 else { return text }
    return parts[0] + subject + parts[1...].joined(separator: placeholder)
  }

  /// The prompt about a subject.
  package func filled(with subject: String) -> String { before + subject + after }
}
