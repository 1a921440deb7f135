internal import Checkpoint
internal import Delta
package import Editing
package import Evaluation
internal import LinearAlgebra
package import Store
internal import Transformer

/// A batch solved on some state, measured, and ready to be recorded.
package struct BatchSolution: Sendable {
  /// The facts, in the order of the targets and measurements.
  package let cases: [FactCase]
  /// The deltas.
  package let encoded: EncodedEdit
  /// Each fact before the edit.
  package let before: [FactMeasurement]
  /// Each fact after it, on exactly the weights that `apply` writes.
  package let after: [FactMeasurement]
  /// z of each fact, `[d]`.
  let targets: [[Float]]
  /// What the manifest says.
  let description: EditDescription

  /// Adds the edit to a commit in the making.
  ///
  /// - Returns: its id, and the bytes of its payloads.
  func add(to commit: StackCommit) throws -> (id: EditID, payloadBytes: Int) {
    let writer = commit.newEdit()
    for part in encoded.parts {
      try writer.add(delta: part.description, payload: part.delta.payload())
    }
    try writer.add(targets: TargetArchive.encode(targets))
    let lines = Editing.FactLines.encode(cases).split(separator: 10)
      .map { String(decoding: $0, as: UTF8.self) }
    let id = try commit.add(writer, description, facts: Store.FactLines(lines))
    return (id, writer.payloadByteCount)
  }
}

/// The state that a batch is solved on: a stack, less some edits, with others beside it.
struct SolveState {
  let stack: EditStack
  var excluded: Set<EditID> = []
  var extra: [EncodedEdit.Part] = []
}

/// Everything that a batch's solution depends on besides facts and state.
struct SolveRecipe {
  let hyperparameters: MEMITHyperparameters
  let templates: ContextTemplates
  let stop: StopRule
  let precision: Double
  let tool: String
}

/// Solves batches: from facts alone, or from targets that were stored.
struct BatchSolver {
  let workspace: Workspace
  let moments: MomentArchive

  /// Solves a batch on a state and measures it.
  ///
  /// - Parameter targets: stored targets, `[d]` each; `nil` optimises them.
  /// - Returns: the solution, and the steps that each target took (0 for stored ones).
  /// - Throws: ``EditingError``, ``TransformerError``, ``DeltaError``.
  func solve(
    _ cases: [FactCase], on state: SolveState, _ recipe: SolveRecipe, targets stored: [[Float]]?
  ) throws -> (solution: BatchSolution, steps: [Int]) {
    let base = try workspace.base()
    let tokenizer = try workspace.tokenizer()
    let model = try workspace.model(
      at: state.stack, excluding: state.excluded, adding: state.extra)
    let before = try FactMeter(PromptScorer(model, tokenizer)).measure(cases)
    let editor = MEMITEditor(
      model, tokenizer, recipe.hyperparameters, recipe.templates, stop: recipe.stop)
    let facts = cases.map(\.fact)
    let requests = try editor.tokens(of: facts)
    let found =
      try stored == nil
      ? TargetOptimiser(model, recipe.hyperparameters, stop: recipe.stop).targets(
        for: zip(facts, requests).map { ($0.title, $1) }, progress: workspace.progress) : []
    let vectors = stored ?? found.map(\.vector)
    let columns = Matrix<Double>(rows: model.architecture.width, columns: vectors.count) {
      Double(vectors[$1][$0])
    }
    let updates = try ResidualSpread(model, recipe.hyperparameters, moments).updates(
      requests, targets: columns, weights: recipe.templates.keyWeights,
      progress: workspace.progress)
    let encoded = try EncodedEdit(updates, base.manifest, precision: recipe.precision) { update in
      let weight = try model.matrix(
        named: update.tensor, rows: update.left.rows, columns: update.right.rows)
      return weight.storage.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    let edited = try workspace.model(
      at: state.stack, excluding: state.excluded, adding: state.extra + encoded.parts)
    guard try changesAnything(encoded, from: model, to: edited) else {
      throw EditingError.changesNothing
    }
    let after = try FactMeter(PromptScorer(edited, tokenizer)).measure(cases)
    let description = EditDescription(
      method: "memit",
      hyperparameters: recipe.hyperparameters.canonicalJSON(
        stop: recipe.stop, precision: recipe.precision,
        groups: recipe.templates.groups.map(\.count)),
      contextTemplates: recipe.templates.all, provenance: .computed,
      computedOn: state.stack.tree,
      statistics: try recipe.hyperparameters.layers.map {
        .init(name: "cov.\($0)", digest: try moments.digest(layer: $0))
      },
      measurements: .init([
        ("after", BatchMeasurement(after).json), ("before", BatchMeasurement(before).json),
      ]), tool: recipe.tool)
    let solution = BatchSolution(
      cases: cases, encoded: encoded, before: before, after: after, targets: vectors,
      description: description)
    return (solution, stored == nil ? found.map(\.steps.count) : cases.map { _ in 0 })
  }

  /// Solves an edit again from its stored targets, for some of its facts, by its own recipe.
  ///
  /// - Throws: as above, and ``WorkflowError/damagedTargets(edit:reason:)``.
  func solveAgain(
    _ edit: StoredEdit, keeping isKept: (FactCase) -> Bool, on state: SolveState,
    refreshingTargets: TargetRefresh, tool: String
  ) throws -> BatchSolution {
    let model = try workspace.base().architecture()
    let manifest = edit.manifest
    let recorded = manifest.description
    let hyperparameters = try MEMITHyperparameters(
      manifest: recorded.hyperparameters, of: edit.id.abbreviated, layerCount: model.layerCount)
    let cases = try ListFacts.facts(of: edit)
    let kept = cases.indices.filter { isKept(cases[$0]) }
    var stored: [[Float]]?
    if refreshingTargets == .keep {
      guard let bytes = try edit.targets() else {
        throw WorkflowError.damagedTargets(edit: edit.id.abbreviated, reason: "there are none")
      }
      let all = try TargetArchive.decode(bytes, width: model.width, count: cases.count)
      stored = kept.map { all[$0] }
    }
    let recipe = SolveRecipe(
      hyperparameters: hyperparameters, templates: try Self.templates(of: recorded),
      stop: Self.text(recorded, "stop").flatMap(StopRule.init) ?? .loss,
      precision: Self.text(recorded, "precision").flatMap(Double.init)
        ?? TensorDelta.defaultPrecision, tool: tool)
    return try solve(kept.map { cases[$0] }, on: state, recipe, targets: stored).solution
  }

  private static func text(_ description: EditDescription, _ key: String) -> String? {
    if case .string(let text) = description.hyperparameters[key] { text } else { nil }
  }

  private static func templates(of description: EditDescription) throws -> ContextTemplates {
    var rest = description.contextTemplates[...]
    var groups: [[String]] = []
    if case .array(let counts) = description.hyperparameters["context_groups"] {
      for case .integer(let count) in counts {
        let size = min(max(0, Int(count)), rest.count)
        groups.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
    }
    if !rest.isEmpty { groups.append(Array(rest)) }
    return try ContextTemplates(groups: groups)
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
}

/// Whether targets are taken as stored or optimised anew.
package enum TargetRefresh: Sendable, Equatable {
  /// The stored targets: nothing is optimised.
  case keep
  /// New targets on the present state.
  case refresh
}

extension BaseBinding {
  /// The base's architecture, from its configuration.
  func architecture() throws -> ModelArchitecture { try ModelArchitecture(checkpoint) }
}
