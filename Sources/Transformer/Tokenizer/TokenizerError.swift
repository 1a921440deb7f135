package import Checkpoint
package import Diagnostics
package import Files

/// Why a tokenizer could not be read.
package enum TokenizerError: ExplainedError, Equatable {
  /// The file cannot be opened or read, or is larger than any tokenizer.
  case unreadable(FileFailure)
  /// Not JSON, or not of the form that is needed.
  case malformed(JSONError)
  /// More values, tokens or merges than any tokenizer has.
  case tooMany(file: String, field: String, limit: Int)
  /// A member stands there twice.
  case duplicateField(file: String, field: String)
  /// A member that must be there is not, or is null.
  case missingField(file: String, field: String)
  /// A member has a value of another type.
  case wrongType(file: String, field: String, found: String, expected: String)
  /// A model, normalizer, pre-tokenizer, post-processor or decoder of a kind that is refused.
  case unsupportedPart(file: String, field: String, kind: String, supported: [String])
  /// A setting of a known part that is refused.
  case unsupportedSetting(file: String, field: String, found: String, expected: String)
  /// A regular expression that has no matcher here.
  case unsupportedPattern(file: String, field: String, pattern: String, supported: [String])
  /// A token's id is negative, or so large that most ids below it would have no token.
  case idOutOfRange(file: String, token: String, id: Int, limit: Int)
  /// Two tokens have one id.
  case duplicateID(file: String, id: Int, tokens: [String])
  /// One token is listed twice.
  case duplicateToken(file: String, token: String)
  /// A merge is neither `"a b"` nor `["a", "b"]`.
  case malformedMerge(file: String, index: Int)
  /// A merge speaks of a token that is not in the vocabulary: one of its parts, or what they make together.
  case mergeOfUnknownToken(file: String, index: Int, token: String)
  /// A setting names a token that does not exist.
  case unknownToken(file: String, field: String, token: String)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .unreadable(let failure) where failure.isAbsence:
      Explanation(
        "there is no tokenizer file", file: failure.explanation.file, expected: "tokenizer.json",
        remedy: "A fast tokenizer of transformers writes it: AutoTokenizer, then save_pretrained.")
    case .unreadable(let failure): failure.explanation
    case .malformed(let error): error.explanation
    case .tooMany(let file, let field, let limit):
      Explanation(
        "more entries than any tokenizer has", file: file, field: field,
        expected: "at most \(limit)")
    case .duplicateField(let file, let field):
      Explanation("the field stands there twice", file: file, field: field)
    case .missingField(let file, let field):
      Explanation(
        "the field is missing", file: file, field: field,
        remedy: "The file is not a tokenizer.json of the Hugging Face format.")
    case .wrongType(let file, let field, let found, let expected):
      Explanation(
        "the field has a value of the wrong type", file: file, field: field, found: found,
        expected: expected)
    case .unsupportedPart(let file, let field, let kind, let supported):
      Explanation(
        "this kind is not supported", file: file, field: field, found: kind,
        expected: supported.joined(separator: ", "))
    case .unsupportedSetting(let file, let field, let found, let expected):
      Explanation(
        "this setting is not supported", file: file, field: field, found: found,
        expected: expected)
    case .unsupportedPattern(let file, let field, let pattern, let supported):
      Explanation(
        "this pattern is not supported", file: file, field: field, found: pattern,
        expected: "the pattern of " + supported.joined(separator: ", "))
    case .idOutOfRange(let file, let token, let id, let limit):
      Explanation(
        "the token's id is out of range", file: file, field: Self.quoted(token), found: "\(id)",
        expected: "0 to \(limit - 1)")
    case .duplicateID(let file, let id, let tokens):
      Explanation(
        "two tokens have one id", file: file, field: "id \(id)",
        found: tokens.map(Self.quoted).joined(separator: " and "))
    case .duplicateToken(let file, let token):
      Explanation("the token is listed twice", file: file, field: Self.quoted(token))
    case .malformedMerge(let file, let index):
      Explanation(
        "the merge has not two parts", file: file, field: "model.merges[\(index)]",
        expected: "\"a b\" or [\"a\", \"b\"]")
    case .mergeOfUnknownToken(let file, let index, let token):
      Explanation(
        "the merge needs a token that the vocabulary does not have", file: file,
        field: "model.merges[\(index)]", found: Self.quoted(token))
    case .unknownToken(let file, let field, let token):
      Explanation(
        "there is no such token", file: file, field: field, found: Self.quoted(token),
        expected: "a token of the vocabulary or of added_tokens")
    }
  }

  /// Quotes a token, cut to a length that fits in a message.
  private static func quoted(_ token: String) -> String {
    token.unicodeScalars.count <= 60
      ? "\"\(token)\"" : "\"\(String(String.UnicodeScalarView(token.unicodeScalars.prefix(60))))…\""
  }
}
