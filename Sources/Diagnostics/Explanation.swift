/// What a user is told when something is refused: where, what was found, what was expected, what to do.
///
/// Every part but the summary may be missing; none of them is a finished paragraph. The executable
/// lays them out for a terminal or as JSON.
package struct Explanation: Sendable, Equatable {
  /// One clause, no full stop: "the header does not fit in the file".
  package let summary: String
  /// The file, object or option that it is about.
  package let file: String?
  /// The place inside it: a line, a JSON key, a tensor.
  package let field: String?
  /// What stands there.
  package let found: String?
  /// What should stand there.
  package let expected: String?
  /// What the user can do about it.
  package let remedy: String?

  /// Makes an explanation; leave out what does not apply.
  package init(
    _ summary: String, file: String? = nil, field: String? = nil, found: String? = nil,
    expected: String? = nil, remedy: String? = nil
  ) {
    self.summary = summary
    self.file = file
    self.field = field
    self.found = found
    self.expected = expected
    self.remedy = remedy
  }

  /// What is known beside the summary and the remedy, by name.
  package var details: [(name: String, value: String)] {
    [("file", file), ("field", field), ("found", found), ("expected", expected)]
      .compactMap { name, value in value.map { (name, $0) } }
  }
}

/// An error that can say what to do about it.
///
/// Each room has its own enumerations of errors; their cases carry values, and the sentence is written
/// once, in `explanation`.
package protocol ExplainedError: Error, CustomStringConvertible {
  /// The parts of what the user is told.
  var explanation: Explanation { get }
}

extension ExplainedError {
  /// The explanation in one line, for logs and test failures.
  package var description: String {
    let e = explanation
    var parts: [String] = []
    if let file = e.file { parts.append(file) }
    if let field = e.field { parts.append(field) }
    parts.append(e.summary)
    var line = parts.joined(separator: ": ")
    if let found = e.found { line += "; found \(found)" }
    if let expected = e.expected { line += "; expected \(expected)" }
    if let remedy = e.remedy { line += ". \(remedy)" }
    return line
  }
}

extension Explanation {
  /// What is known of an error: all parts of an explained one, the description of another.
  package init(of error: any Error) {
    self = (error as? any ExplainedError)?.explanation ?? Explanation("\(error)")
  }
}
