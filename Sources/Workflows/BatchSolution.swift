internal import Editing
internal import Evaluation
internal import Store

/// A batch solved on some state, measured, and ready to be recorded.
struct BatchSolution: Sendable {
  /// The facts, in the order of the targets and measurements.
  let cases: [FactCase]
  /// The deltas.
  let encoded: EncodedEdit
  /// Each fact before the edit.
  let before: [FactMeasurement]
  /// Each fact after it, on exactly the weights that `apply` writes.
  let after: [FactMeasurement]
  /// z of each fact, `[d]`; `nil` where the method has no targets.
  let targets: [[Float]]?
  let templates: ContextTemplates
  /// What the manifest says.
  let description: EditDescription

  /// Adds the edit to a commit in the making.
  ///
  /// - Returns: its id, and the bytes of its payloads.
  func add(to commit: StackCommit) throws -> (id: EditID, payloadBytes: Int) {
    try encoded.add(
      to: commit, description, facts: try Store.FactLines(cases), targets: targets)
  }
}
