package import Checkpoint
internal import Diagnostics

/// What is wrong with one fact.
package enum FactProblem: Error, Equatable {
  case missing(field: String, expected: String)
  case wrongKind(field: String, found: String, expected: String)
  case empty(field: String)
  case emptyList(field: String)
  case noPlaceholder(prompt: String)
  case severalPlaceholders(prompt: String, count: Int)
  case subjectNotInPrompt(prompt: String, subject: String)
  case subjectSeveralTimes(prompt: String, subject: String, count: Int)
  case unknownForm(keys: [String])
  case lineTooLong(bytes: Int, limit: Int)
  case factTooLong(bytes: Int, limit: Int)
  case json(JSONError)
  case notCanonical

  /// The parts of what the user is told, for a record of a file.
  func explanation(file: String, place: String, others: Int) -> Explanation {
    func make(
      _ summary: String, _ field: String?, found: String? = nil, expected: String? = nil,
      _ remedy: String
    ) -> Explanation {
      let more = others == 0 ? "" : " (and \(others) more records are broken)"
      return Explanation(
        summary + more, file: file, field: field.map { "\(place), \($0)" } ?? place, found: found,
        expected: expected, remedy: remedy)
    }
    let placeholder = PromptTemplate.placeholder
    switch self {
    case .missing(let field, let expected):
      return make("a field is missing", field, expected: expected, "Add it, or drop the record.")
    case .wrongKind(let field, let found, let expected):
      return make(
        "a field is of the wrong kind", field, found: found, expected: expected, "Correct it there."
      )
    case .empty(let field):
      return make(
        "a field is empty", field, expected: "some text", "Fill it in, or drop the record.")
    case .emptyList(let field):
      return make(
        "a list is empty", field, found: "[]", expected: "at least one string in it",
        "Fill it in, or leave the field out: what it measures is then reported as not measured.")
    case .noPlaceholder(let prompt):
      return make(
        "the prompt has no place for the subject", "prompt", found: "'\(prompt)'",
        expected: "one \(placeholder)", "Write \(placeholder) where the subject stands.")
    case .severalPlaceholders(let prompt, let count):
      return make(
        "the prompt has more than one place for the subject", "prompt", found: "'\(prompt)'",
        expected: "one \(placeholder), not \(count)", "Write the prompt so that it has one.")
    case .subjectNotInPrompt(let prompt, let subject):
      return make(
        "the subject is not in the prompt", "prompt", found: "'\(prompt)'",
        expected: "'\(subject)' in it", "Write the subject in both in the same way.")
    case .subjectSeveralTimes(let prompt, let subject, let count):
      return make(
        "the subject is in the prompt more than once", "prompt", found: "'\(prompt)'",
        expected: "'\(subject)' once, not \(count) times",
        "Write the prompt so that it has it once, or drop the record.")
    case .unknownForm(let keys):
      return make(
        "the record has none of the known forms", nil,
        found: "the keys \(keys.prefix(12).joined(separator: ", "))",
        expected: "prompt, subject and target_new; or a record of CounterFact, zsRE or EasyEdit",
        "Give at least {\"prompt\": \"… \(placeholder) …\", \"subject\": …, \"target_new\": …}.")
    case .lineTooLong(let bytes, let limit):
      return make(
        "the line is too long", nil, found: "\(bytes) bytes", expected: "at most \(limit)",
        "Write one fact a line.")
    case .factTooLong(let bytes, let limit):
      return make(
        "the fact is too long to be stored", nil, found: "\(bytes) bytes",
        expected: "at most \(limit)", "Give it fewer or shorter prompts.")
    case .json(let error):
      let inner = error.explanation
      return make(
        inner.summary, "column \(error.column)", found: inner.found, expected: inner.expected,
        "Write one whole JSON object a line, or one JSON array of them.")
    case .notCanonical:
      return make(
        "the line is not in the canonical form", nil,
        "The file was changed after it was recorded: restore it.")
    }
  }
}
