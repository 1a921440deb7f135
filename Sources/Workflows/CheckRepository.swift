package import Diagnostics
package import Store

/// Verifies a repository to the last bit: `emend fsck`.
package struct CheckRepository {
  private let repository: EditRepository

  /// Verifies a repository.
  package init(_ repository: EditRepository) { self.repository = repository }

  /// Looks at everything that any reference reaches, and into every edit; and at what an expression means, whether a reference
  /// reaches it or not.
  ///
  /// - Throws: only where the repository cannot be looked at at all.
  package func run(
    and expression: RevisionExpression? = nil, progress: some ProgressSink
  ) throws -> CheckReport {
    try repository.check(and: expression, inspecting: EditInspector.inspect, progress: progress)
  }

  /// Looks at some commits and into their edits; of a range, at what its beginning does not reach.
  ///
  /// - Throws: where an expression names no commit, and where the repository cannot be looked at at all.
  package func run(
    only expressions: [RevisionExpression], progress: some ProgressSink
  ) throws -> CheckReport {
    try repository.check(
      only: expressions, inspecting: EditInspector.inspect, progress: progress)
  }
}
