internal import Checkpoint
internal import Delta
internal import Diagnostics
package import Editing
package import Evaluation
internal import Files
internal import LinearAlgebra
package import Store
internal import Transformer

/// Computes a batch of edits on the current state and records it: `emend commit FACTS`.
package struct CommitFacts {
  /// What was computed, measured and recorded.
  package struct Outcome: Sendable {
    /// The commit.
    package let commit: RecordedCommit
    /// The edit's id.
    package let edit: EditID
    /// The facts, in the order of the measurements.
    package let cases: [FactCase]
    /// Facts of the file that were there twice and entered once.
    package let duplicates: Int
    /// Each fact before the edit.
    package let before: [FactMeasurement]
    /// Each fact after it, on exactly the weights that `apply` writes.
    package let after: [FactMeasurement]
    /// Steps that each target took.
    package let steps: [Int]
    /// What the manifest says of each tensor.
    package let tensors: [DeltaRecord.Description]
    /// Bytes of deltas and targets.
    package let payloadBytes: Int
  }

  private let workspace: Workspace
  private let settings: EditSettings

  /// Where an edit's ingredients come from, beside the repository.
  package init(in workspace: Workspace, _ settings: EditSettings) {
    self.workspace = workspace
    self.settings = settings
  }

  /// Edits the model at `HEAD` and commits.
  ///
  /// - Parameters:
  ///   - path: a facts file.
  ///   - message: the commit's; a summary of the facts where it is `nil`.
  ///   - precision: the relative error of the stored delta.
  ///   - tool: this program's name and version.
  /// - Throws: ``FactsFileError``, ``FactConflictError``, ``EditingError``,
  ///   ``WorkflowError/changesNothing(file:)``, what the base and the store throw. Nothing is recorded
  ///   then.
  package func run(
    _ path: String, message: String?, stop: StopRule, precision: Double, tool: String
  ) throws -> Outcome {
    let file = try FactsFile(path: path)
    try FactConflicts.refuse(in: file, file: path)
    let repeated = Set(FactConflicts(in: file.cases.map(\.fact)).duplicates.map(\.second))
    let cases = file.cases.indices.filter { !repeated.contains($0) }.map { file.cases[$0] }

    let repository = workspace.repository
    let head = try repository.head().commit
    let stack = try repository.stack(at: head)
    let base = try workspace.base()
    let tokenizer = try workspace.tokenizer()
    let model = try workspace.model(at: stack)
    let hyperparameters = try settings.memit(for: model)
    let moments = try settings.momentArchive(for: model)
    let templates = try settings.contextTemplates(model, tokenizer)
    let progress = workspace.progress
    let before = try FactMeter(PromptScorer(model, tokenizer)).measure(cases)

    let edit = try MEMITEditor(model, tokenizer, hyperparameters, templates, stop: stop)
      .edit(cases.map(\.fact), moments: moments, progress: progress)
    let encoded = try EncodedEdit(edit.updates, base.manifest, precision: precision) { update in
      let weight = try model.matrix(
        named: update.tensor, rows: update.left.rows, columns: update.right.rows)
      return weight.storage.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    let edited = try workspace.model(at: stack, adding: encoded.deltas)
    guard try changesAnything(encoded, from: model, to: edited) else {
      throw WorkflowError.changesNothing(file: path)
    }
    let after = try FactMeter(PromptScorer(edited, tokenizer)).measure(cases)

    let description = EditDescription(
      method: "memit",
      hyperparameters: hyperparameters.canonicalJSON(stop: stop, precision: precision),
      contextTemplates: templates.all, provenance: .computed,
      computedOn: stack.tree,
      statistics: try hyperparameters.layers.map {
        .init(name: "cov.\($0)", digest: try moments.digest(layer: $0))
      },
      measurements: .init([
        ("after", BatchMeasurement(after).json), ("before", BatchMeasurement(before).json),
      ]), tool: tool)
    let lines = Editing.FactLines.encode(cases).split(separator: 10)
      .map { String(decoding: $0, as: UTF8.self) }
    let commit = StackCommit(in: repository)
    let writer = commit.newEdit()
    for part in encoded.parts {
      try writer.add(delta: part.description, payload: part.delta.payload())
    }
    try writer.add(targets: TargetArchive.encode(edit.targets.map(\.vector)))
    let payloadBytes = writer.payloadByteCount
    let id = try commit.add(writer, description, facts: Store.FactLines(lines))
    let recorded = try commit.record(
      message ?? Self.summary(of: cases), as: .commit, onto: .head(expecting: head))
    return Outcome(
      commit: recorded, edit: id, cases: cases, duplicates: repeated.count, before: before,
      after: after, steps: edit.targets.map(\.steps.count),
      tensors: encoded.parts.map(\.description), payloadBytes: payloadBytes)
  }

  /// Whether any stored weight differs: rounding to the checkpoint's type can swallow a small edit whole.
  private func changesAnything(
    _ encoded: EncodedEdit, from old: DecoderModel, to new: DecoderModel
  ) throws -> Bool {
    try encoded.parts.contains { part in
      let (rows, columns) = (part.delta.rows, part.delta.columns)
      return try old.matrix(named: part.tensor, rows: rows, columns: columns)
        != new.matrix(named: part.tensor, rows: rows, columns: columns)
    }
  }

  /// "Edit 50 facts: Eiffel Tower, Danielle Darrieux, …".
  private static func summary(of cases: [FactCase]) -> String {
    var subjects: [String] = []
    for factCase in cases where !subjects.contains(factCase.fact.subject) {
      subjects.append(factCase.fact.subject)
      if subjects.count == 3 { break }
    }
    let more = cases.count > subjects.count ? ", …" : ""
    let noun = cases.count == 1 ? "fact" : "facts"
    return "Edit \(cases.count) \(noun): \(subjects.joined(separator: ", "))\(more)"
  }
}
