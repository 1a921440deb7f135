package import Checkpoint
package import Diagnostics
package import Files

/// A facts file that cannot be used as it is.
package enum FactsFileError: ExplainedError, Equatable {
  /// The file system refused something, or the file is too large.
  case file(FileFailure)
  /// A JSON array that breaks off or is not JSON.
  case json(JSONError)
  /// Neither an array nor lines of objects. `found` is the first byte that is not space.
  case unknownFormat(file: String, found: UInt8)
  /// A file without facts.
  case noFacts(file: String)
  /// Broken records: the first few, in order, and how many there are in all.
  case broken(file: String, records: [BrokenRecord], count: Int)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .file(let failure): return failure.explanation
    case .json(let error): return error.explanation
    case .unknownFormat(let file, let found):
      return Explanation(
        "not a facts file", file: file, field: "first byte", found: "byte \(found)",
        expected: "'[' or '{'",
        remedy: "Give a JSON array of records, or one JSON object a line (JSON Lines).")
    case .noFacts(let file):
      return Explanation(
        "there are no facts in the file", file: file, expected: "at least one",
        remedy: "Check that it is the file you mean.")
    case .broken(let file, let records, let count):
      guard let first = records.first else {
        return Explanation("\(count) records are broken", file: file)
      }
      return first.problem.explanation(
        file: file, place: first.place.description, others: count - 1)
    }
  }
}

/// A record that cannot be used, and why.
package struct BrokenRecord: Sendable, Equatable {
  /// Where it stands.
  package let place: FactPlace
  /// What is wrong with it.
  package let problem: FactProblem

  /// Puts them together.
  package init(place: FactPlace, problem: FactProblem) {
    self.place = place
    self.problem = problem
  }
}

/// Where a fact stands in its file.
package enum FactPlace: Sendable, Hashable, CustomStringConvertible {
  /// A line of JSON Lines, counted from 1.
  case line(Int)
  /// An element of a JSON array, counted from 1.
  case record(Int)

  /// In words.
  package var description: String {
    switch self {
    case .line(let number): "line \(number)"
    case .record(let number): "record \(number)"
    }
  }
}
