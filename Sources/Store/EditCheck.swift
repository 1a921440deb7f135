import Checkpoint
import Diagnostics

/// Verifies every byte of one edit.
struct EditCheck {
  let database: ObjectDatabase
  /// Looks into an edit whose bytes are whole.
  let inspect: EditInspection?

  /// What is wrong with an edit, and how many bytes were verified.
  struct Outcome {
    var problems: [(severity: CheckFinding.Severity, explanation: Explanation)] = []
    var verifiedBytes = 0
  }

  /// - Parameter base: what the commit says the edit starts from; `nil` when that cannot be read.
  func run(_ id: EditID, tree: ObjectID, base: BaseManifest?) -> Outcome {
    var outcome = Outcome()
    guard let edit = attempt(&outcome, { try StoredEdit(id, tree: tree, in: database) }) else {
      return outcome
    }
    let manifest = edit.manifest
    outcome.verifiedBytes += manifest.json.bytes.count
    if let base { checkBase(manifest, id, base, &outcome) }
    if let facts = attempt(&outcome, { try edit.facts() }) {
      outcome.verifiedBytes += facts.bytes.count
    }
    var expected: Set<String> = [EditPath.manifest, EditPath.facts, EditPath.deltas]
    for delta in manifest.deltas {
      checkPayload(delta.chunks, EditPath.delta(of: delta.tensor), of: edit, &outcome)
    }
    checkNames(
      [EditPath.deltas], Set(manifest.deltas.map { EditPath.delta(of: $0.tensor)[1] }), of: edit,
      &outcome)
    if !manifest.targets.isEmpty {
      expected.insert(EditPath.targets)
      checkPayload(manifest.targets, [EditPath.targets], of: edit, &outcome)
    }
    checkNames([], expected, of: edit, &outcome)
    if let inspect, outcome.problems.allSatisfy({ $0.severity != .damage }) {
      _ = attempt(&outcome) { try inspect(edit, base) }
    }
    return outcome
  }

  private func checkPayload(
    _ chunks: [ChunkRecord], _ path: [String], of edit: StoredEdit, _ outcome: inout Outcome
  ) {
    guard let folder = attempt(&outcome, { try edit.directory(path) }) else { return }
    for (index, chunk) in chunks.enumerated() {
      let bytes = attempt(&outcome) { try edit.read(chunk, index, in: folder, at: path) }
      outcome.verifiedBytes += bytes?.count ?? 0
    }
    checkNames(path, Set(chunks.indices.map(EditPath.chunk)), of: edit, &outcome)
  }

  /// A directory holds what the manifest names and nothing else.
  private func checkNames(
    _ path: [String], _ expected: Set<String>, of edit: StoredEdit, _ outcome: inout Outcome
  ) {
    // What is missing was found when it was read.
    guard let folder = try? edit.directory(path) else { return }
    let others = folder.entries.filter { !expected.contains($0.name) }
    guard let first = others.first else { return }
    outcome.problems.append(
      (
        .oddity,
        Explanation(
          "the edit holds a file that its manifest does not name",
          file: "edit \(edit.id.abbreviated)",
          field: (path + [first.name]).joined(separator: "/"),
          found: others.count > 1 ? "\(others.count) such files" : nil)
      ))
  }

  private func checkBase(
    _ manifest: EditManifest, _ id: EditID, _ base: BaseManifest, _ outcome: inout Outcome
  ) {
    do {
      try manifest.check(id, against: base)
    } catch {
      outcome.problems.append((.damage, error.explanation))
    }
  }

  private func attempt<Result>(
    _ outcome: inout Outcome, _ body: () throws -> Result
  ) -> Result? {
    do {
      return try body()
    } catch {
      outcome.problems.append((.damage, Explanation(of: error)))
      return nil
    }
  }
}
