package import Diagnostics

/// Why an audit cannot be made.
package enum AuditError: ExplainedError, Equatable {
  /// A file given as an earlier audit is none.
  case notAnAudit(file: String, field: String)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .notAnAudit(let file, let field):
      Explanation(
        "this is no audit", file: file, field: field, found: "nothing that can be read there",
        expected: "the document that 'emend audit --json' writes")
    }
  }
}
