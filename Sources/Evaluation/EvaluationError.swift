package import Diagnostics
package import Editing

/// Why something cannot be measured.
package enum EvaluationError: ExplainedError, Equatable {
  /// A neighborhood prompt that is the fact's own: it cannot keep its object and get a new one.
  case neighborIsOwnPrompt(file: String, place: FactPlace, prompt: String, subject: String)
  /// A text that the model's tokenizer makes nothing of.
  case noTokens(file: String, place: FactPlace, field: String, text: String)
  /// A prompt that, with what should follow, does not fit into the model.
  case tooLong(file: String, place: FactPlace, field: String, tokens: Int, limit: Int)
  /// More records asked for than there are.
  case tooFewRecords(file: String, asked: Int, found: Int)
  /// An entry of a file of reference texts.
  case badReference(file: String, place: FactPlace, field: String, expected: String)
  /// A relation that no record has.
  case noSuchRelation(file: String, relation: String)
  /// Results that were made with other settings.
  case otherSettings(file: String, key: String, found: String, expected: String)
  /// A file of results that is something else.
  case badResult(file: String)

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .neighborIsOwnPrompt(let file, let place, let prompt, let subject):
      Explanation(
        "a neighborhood prompt asks about the subject itself", file: file,
        field: "\(place), neighborhood_prompts", found: "'\(prompt)'",
        expected: "a prompt about another subject than '\(subject)'",
        remedy: "Take it out: the same prompt cannot keep its object and get a new one.")
    case .noTokens(let file, let place, let field, let text):
      Explanation(
        "a text has no tokens", file: file, field: "\(place), \(field)", found: "'\(text)'",
        expected: "text that the model's tokenizer knows", remedy: "Correct it, or drop the record."
      )
    case .tooLong(let file, let place, let field, let tokens, let limit):
      Explanation(
        "a prompt does not fit into the model's context", file: file, field: "\(place), \(field)",
        found: "\(tokens) tokens with what should follow", expected: "at most \(limit)",
        remedy: "Shorten it, or drop the record.")
    case .tooFewRecords(let file, let asked, let found):
      Explanation(
        "there are not so many records", file: file, found: Self.records(found),
        expected: "at least \(asked)", remedy: "Ask for fewer, or give more data.")
    case .badReference(let file, let place, let field, let expected):
      Explanation(
        "a reference text cannot be read", file: file, field: "\(place), \(field)",
        expected: expected,
        remedy: "The file is a list of {relation_id, target_id, samples: [{text}]}.")
    case .noSuchRelation(let file, let relation):
      Explanation(
        "no record has this relation", file: file, field: "relation_id", found: "no '\(relation)'",
        remedy: "Name two relations of the data, such as P27,P36.")
    case .otherSettings(let file, let key, let found, let expected):
      Explanation(
        "there are results of other settings", file: file, field: key, found: found,
        expected: expected,
        remedy: "Results of different settings are not mixed: give another directory with --output."
      )
    case .badResult(let file):
      Explanation(
        "a file of results cannot be understood", file: file,
        expected: "results of this sweep",
        remedy: "Remove it: its batches are then measured again.")
    }
  }

  private static func records(_ count: Int) -> String {
    count == 1 ? "1 record" : "\(count) records"
  }
}
