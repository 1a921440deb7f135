package import Diagnostics

/// Why an object cannot be read.
package enum ObjectError: ExplainedError, Equatable {
  case missing(ObjectID)
  case damaged(ObjectID, String)
  case wrongKind(ObjectID, found: ObjectKind, expected: ObjectKind)
  case tooLarge(ObjectID, bytes: Int, limit: Int)

  init(_ failure: GitFailure, _ id: ObjectID) {
    self = failure.kind == .notFound ? .missing(id) : .damaged(id, failure.message)
  }

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .missing(let id):
      Explanation(
        "the object is missing from the repository", file: id.hexadecimal,
        remedy: "Fetch it from another copy of the repository; "
          + "where this is a partial clone, with `git fetch --refetch --no-filter`.")
    case .damaged(let id, let problem):
      Explanation(
        "the object is damaged", file: id.hexadecimal, found: problem,
        remedy: "Run `emend fsck` to see which commits need it, and fetch it from another copy.")
    case .wrongKind(let id, let found, let expected):
      Explanation(
        "the object is of another kind", file: id.hexadecimal, found: found.rawValue,
        expected: expected.rawValue)
    case .tooLarge(let id, let bytes, let limit):
      Explanation(
        "the object is larger than it can be", file: id.hexadecimal, found: "\(bytes) bytes",
        expected: "at most \(limit)")
    }
  }
}
