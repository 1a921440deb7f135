internal import Delta
package import Diagnostics
internal import Editing
package import Store

/// Verifies a repository to the last bit: `emend fsck`.
package struct CheckRepository {
  /// What was found.
  package struct Outcome: Sendable {
    /// What the store found: objects, hashes, ids, manifests.
    package let report: CheckReport
    /// Edits active at `HEAD` whose bytes are whole and yet do not decode.
    package let payloads: [(edit: EditID, explanation: Explanation)]
    /// Whether nothing is damaged.
    package var isClean: Bool { report.isSound && payloads.isEmpty }
  }

  private let repository: EditRepository

  /// Verifies a repository.
  package init(_ repository: EditRepository) { self.repository = repository }

  /// Looks at everything that any reference reaches, then decodes what is active at `HEAD`.
  ///
  /// - Throws: only where the repository cannot be looked at at all.
  package func run(progress: some ProgressSink) throws -> Outcome {
    let report = try repository.check(progress: progress)
    guard report.isSound else { return Outcome(report: report, payloads: []) }
    let stack = try repository.stack(at: repository.head().commit)
    var payloads: [(edit: EditID, explanation: Explanation)] = []
    for id in stack.edits {
      do {
        try decode(stack.edit(id))
      } catch let error as any ExplainedError {
        payloads.append((id, error.explanation))
      }
    }
    return Outcome(report: report, payloads: payloads)
  }

  private func decode(_ edit: StoredEdit) throws {
    for record in edit.manifest.deltas {
      let shape = record.description.shape
      let limits = PayloadLimits(rows: shape.dropLast().reduce(1, *), columns: shape.last ?? 1)
      _ = try TensorDelta(payload: edit.delta(of: record.tensor), limits: limits)
    }
    _ = try ListFacts.facts(of: edit)
  }
}
