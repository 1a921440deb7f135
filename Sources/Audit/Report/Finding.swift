internal import Diagnostics

/// Something that a check found, with the evidence.
package struct Finding: Sendable, Encodable, Equatable {
  /// The kinds of checks that there are.
  package enum Check: String, Sendable, Encodable, CaseIterable {
    /// Ids, digests, history, base, weights.
    case integrity
    /// Author, time, signature.
    case provenance
    /// Whether the declared facts hold.
    case effect
    /// Whether the delta does what is declared and nothing else.
    case completeness
    /// What else changed.
    case sideEffects = "side_effects"
    /// How large the whole change has become.
    case growth
  }

  /// What it means for the verdict.
  package enum Severity: String, Sendable, Encodable {
    /// It decides the verdict: something is not what it says.
    case failure
    /// It should be looked at.
    case warning
    /// It is worth knowing.
    case note
  }

  /// The check that found it.
  package let check: Check
  /// What it means.
  package let severity: Severity
  /// One clause.
  package let summary: String
  /// What it is about: an edit, a tensor, a fact.
  package let subject: String?
  /// What is there.
  package let found: String?
  /// What should be there.
  package let expected: String?

  /// Makes a finding.
  package init(
    _ check: Check, _ severity: Severity, _ summary: String, subject: String? = nil,
    found: String? = nil, expected: String? = nil
  ) {
    self.check = check
    self.severity = severity
    self.summary = summary
    self.subject = subject
    self.found = found
    self.expected = expected
  }

  /// A finding that says what an error says.
  init(_ check: Check, _ severity: Severity, _ error: any Error) {
    self.init(check, severity, Explanation(of: error))
  }

  /// - Parameter subject: what it is about where the explanation names no file: a payload does not know which edit it is of.
  init(
    _ check: Check, _ severity: Severity, _ explanation: Explanation, of subject: String? = nil
  ) {
    let place = [explanation.file ?? subject, explanation.field].compactMap(\.self)
    self.init(
      check, severity, explanation.summary,
      subject: place.isEmpty ? nil : place.joined(separator: ": "),
      found: explanation.found, expected: explanation.expected)
  }
}
