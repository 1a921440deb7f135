import Audit
import Checkpoint
import Delta
import Editing
import LinearAlgebra
import Store
import StudySupport
import TestSupport
import Transformer
import Workflows

/// What an attacker would do to a repository, and the audit of it.
extension StudyRepository {
  /// Audits; `change` adjusts what is looked at.
  func audit(
    _ range: String = "HEAD", settings: EditSettings? = nil,
    _ change: (inout AuditPlan) -> Void = { _ in }
  ) throws -> AuditReport {
    var plan = AuditPlan(tool: "test")
    plan.probeLimit = 40
    change(&plan)
    return try AuditHistory(in: workspace, settings ?? self.settings, plan).run(
      RevisionExpression(range))
  }

  /// Takes the latest commit's edit, takes it out of history, and records it again with other claims.
  ///
  /// - Parameters:
  ///   - facts: how many of its facts it still declares; 0 makes it an undeclared import.
  ///   - targets: changes the stored targets.
  ///   - payload: changes the payload of a tensor.
  ///   - description: changes what the manifest says of a tensor.
  ///   - isKept: whether the change of a tensor stays.
  ///   - beside: changes of other tensors.
  ///   - hyperparameters: changes the settings that it says it was computed with.
  ///   - measurements: what it says was measured; `nil` keeps it.
  ///   - weights: what the commit says its weights are.
  func forge(
    facts count: Int, targets change: ([[Float]]) -> [[Float]] = { $0 },
    payload: (DeltaRecord, [UInt8]) throws -> [UInt8] = { $1 },
    description claim: (DeltaRecord.Description) throws -> DeltaRecord.Description = { $0 },
    keeping isKept: (String) -> Bool = { _ in true },
    beside: [(DeltaRecord.Description, [UInt8])] = [],
    hyperparameters: (CanonicalJSON.Object) -> CanonicalJSON.Object = { $0 },
    measurements: CanonicalJSON.Object? = nil, weights: String? = nil
  ) throws {
    let head = try repository.head().commit
    let difference = try repository.changes(of: head)
    let edit = try difference.edit(difference.added[0])
    let parent = try repository.commit(head).parents[0]
    let lines = try edit.facts().lines
    let width = try DecoderModel(workspace.base().checkpoint, workers: Workers(1)).architecture
      .width
    let stored = try TargetArchive.decode(
      edit.targets() ?? [], width: width, count: lines.count)
    try repository.reset(to: parent)
    let commit = StackCommit(in: repository)
    let writer = commit.newEdit()
    for (description, payload) in beside { try writer.add(delta: description, payload: payload) }
    for record in edit.manifest.deltas where isKept(record.tensor) {
      try writer.add(
        delta: claim(record.description), payload: payload(record, edit.delta(of: record.tensor)))
    }
    if count > 0 {
      try writer.add(targets: TargetArchive.encode(change(Array(stored.prefix(count)))))
    }
    let old = edit.manifest.description
    let description = EditDescription(
      method: count > 0 ? old.method : "import",
      hyperparameters: hyperparameters(old.hyperparameters),
      contextTemplates: old.contextTemplates, provenance: count > 0 ? .computed : .undeclared,
      computedOn: old.computedOn, statistics: old.statistics,
      measurements: measurements ?? (count == lines.count ? old.measurements : .init()),
      tool: old.tool)
    _ = try commit.add(
      writer, description, facts: Store.FactLines(Array(lines.prefix(count))))
    _ = try commit.record(
      "Forged", as: .commit, onto: .head(expecting: parent),
      trailers: weights.map { [(.weights, $0)] } ?? [])
  }
}

extension StudyRepository {
  /// For `forge`: the payload of a change of one element by one step of the grid, in place of another of the same tensor.
  static func barelyChanged(_ record: DeltaRecord, _ payload: [UInt8]) throws -> [UInt8] {
    let delta = try TensorDelta(payload: payload, limits: PayloadLimits(record.description.shape))
    var integers = [Int64](repeating: 0, count: delta.rows * delta.columns)
    integers[0] = 1
    return try DenseDelta(
      gridIntegers: integers, rows: delta.rows, columns: delta.columns, grid: delta.grid
    ).payload()
  }
}
