package import Checkpoint
package import Diagnostics

/// Why a file of the repository cannot be read.
package enum FormatError: ExplainedError, Equatable {
  case tooLarge(file: String, bytes: Int, limit: Int)
  case json(JSONError)
  case syntax(file: String, offset: Int, problem: String)
  case unknownVersion(file: String, found: String, supported: String)
  case field(file: String, field: String, found: String, expected: String)
  case notCanonical(file: String, offset: Int)

  /// What is said of a file that a newer version wrote, which need not be damaged.
  package static let newerFormat = "it is written in a format that this program does not know"

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .tooLarge(let file, let bytes, let limit):
      Explanation(
        "the file is larger than it can be", file: file, found: "\(bytes) bytes",
        expected: "at most \(limit)")
    case .json(let error):
      Explanation(
        "it cannot be read: \(error.explanation.summary)", file: error.file,
        field: error.explanation.field, found: error.explanation.found,
        expected: error.explanation.expected)
    case .syntax(let file, let offset, let problem):
      Explanation("it cannot be read: \(problem)", file: file, field: "byte \(offset)")
    case .unknownVersion(let file, let found, let supported):
      Explanation(
        Self.newerFormat, file: file,
        field: "format", found: found, expected: supported,
        remedy: "A newer emend wrote it: install that one to read this repository.")
    case .field(let file, let field, let found, let expected):
      Explanation(
        "the value does not fit", file: file, field: field, found: found, expected: expected)
    case .notCanonical(let file, let offset):
      Explanation(
        "it is not in the one form that its content has", file: file, field: "byte \(offset)",
        remedy: "It was written or changed by another program: fetch it again from its source.")
    }
  }
}
