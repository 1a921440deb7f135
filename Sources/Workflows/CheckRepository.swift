package import Diagnostics
package import Store

/// Verifies a repository to the last bit: `emend fsck`.
package struct CheckRepository {
  private let repository: EditRepository

  /// Verifies a repository.
  package init(_ repository: EditRepository) { self.repository = repository }

  /// Looks at everything that any reference reaches, and into every edit.
  ///
  /// - Throws: only where the repository cannot be looked at at all.
  package func run(progress: some ProgressSink) throws -> CheckReport {
    try repository.check(inspecting: EditInspector.inspect, progress: progress)
  }
}
