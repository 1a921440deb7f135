package import Diagnostics

/// Something in a JSON configuration that is missing or not what it must be.
package enum ConfigurationError: ExplainedError, Equatable {
  /// A key that is needed.
  case missing(file: String, key: String, expected: String)
  /// A value of another kind, or outside its range.
  case unexpected(file: String, key: String, found: String, expected: String)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    let remedy = "Check that the file is the one that came with the weights."
    return switch self {
    case .missing(let file, let key, let expected):
      Explanation("a key is missing", file: file, field: key, expected: expected, remedy: remedy)
    case .unexpected(let file, let key, let found, let expected):
      Explanation(
        "the value cannot be used", file: file, field: key, found: found, expected: expected,
        remedy: remedy)
    }
  }
}
