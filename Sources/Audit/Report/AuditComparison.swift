/// What an audit says otherwise than an earlier one.
package struct AuditComparison: Sendable, Encodable, Equatable {
  /// A commit that both looked at, with different verdicts.
  package struct Change: Sendable, Encodable, Equatable {
    /// The commit.
    package let commit: String
    /// The earlier verdict.
    package let before: String
    /// The present one.
    package let now: String
  }

  /// The earlier audit's file.
  package let file: String
  /// Commits that only this audit looked at.
  package let added: [String]
  /// Commits that only the earlier one looked at: history was rewritten, or the range is another.
  package let missing: [String]
  /// Commits with another verdict.
  package let changed: [Change]
  /// Facts that held in the earlier audit and do not now.
  package let lost: [String]
  /// Facts that did not hold in the earlier audit and do now.
  package let gained: [String]
}
