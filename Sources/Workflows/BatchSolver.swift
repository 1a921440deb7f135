internal import Checkpoint
internal import Editing
internal import Evaluation
internal import LinearAlgebra
internal import Store
internal import Transformer

/// Solves batches: from facts alone, or from targets that were stored.
struct BatchSolver {
  let workspace: Workspace
  var settings: EditSettings
  /// Second moments that stay in memory from batch to batch; the settings' own where it is `nil`.
  var moments: KeptMoments?
  /// Whether ROME's targets are kept, which follow from the facts before them: not where each batch is timed.
  var keepsSequentialTargets = true

  /// The editor of a recipe for a model, which is the state's.
  func editor(_ recipe: SolveRecipe, _ model: DecoderModel, on state: SolveState) throws
    -> any Editor
  {
    let tokenizer = try workspace.tokenizer()
    // Where targets are remembered, with the name of the state's weights.
    let memory = TargetMemory(
      TargetCacheDirectory(settings.targetDirectory, notes: workspace.progress),
      weights: try state.modelKey(workspace.base().manifest))
    let moments: any SecondMomentSource = try moments ?? configuredMoments(for: model)
    switch recipe.hyperparameters {
    case .memit(let hyperparameters):
      return MEMITEditor(
        model, tokenizer, hyperparameters, recipe.templates, moments,
        stop: recipe.rules.stop ?? .loss,
        sameSubject: recipe.rules.sameSubject ?? .merge, memory: memory)
    case .alphaEdit(let hyperparameters):
      return MEMITEditor(
        model, tokenizer, hyperparameters.memit, recipe.templates, moments,
        preserving: hyperparameters.preservation, stop: recipe.rules.stop ?? .loss,
        sameSubject: recipe.rules.sameSubject ?? .merge, memory: memory)
    case .rome(let hyperparameters):
      return ROMEEditor(
        model, tokenizer, hyperparameters, recipe.templates, moments,
        stop: recipe.rules.stop ?? .loss, memory: keepsSequentialTargets ? memory : nil)
    case .ft(let hyperparameters): return FineTuneEditor(model, tokenizer, hyperparameters)
    case .mend(let use):
      return MENDEditor(
        model, tokenizer, try settings.mendEditor(use, for: model, of: workspace.base()), use,
        MemoryPlan(limit: workspace.memory, model))
    }
  }

  /// Solves a batch on a state and measures it.
  ///
  /// - Parameters:
  ///   - stored: stored targets, `[d]` each, by the fact's index; the others are optimised.
  ///   - earlier: the edits whose facts the batch may say anew; `nil` for all of the state.
  /// - Returns: the solution, and the steps that each fact took (0 for stored targets).
  /// - Throws: ``EditingError``, ``TransformerError``, ``DeltaError``, ``WorkflowError/noMoments``.
  func solve(
    _ cases: [FactCase], on state: SolveState, _ recipe: SolveRecipe,
    given stored: [Int: [Float]] = [:], superseding earlier: Set<EditID>? = nil
  ) throws -> (solution: BatchSolution, steps: [Int]) {
    let base = try workspace.base()
    let tokenizer = try workspace.tokenizer()
    let model = try workspace.model(
      at: state.stack, excluding: state.excluded, adding: state.extra)
    let moments = try configuredMoments(for: model)
    let statistics = try recipe.hyperparameters.momentLayers.map {
      EditDescription.Statistics(name: "cov.\($0)", digest: try moments.digest(layer: $0))
    }
    let editor = try editor(recipe, model, on: state)
    // What cannot be edited is refused before anything is run.
    try editor.check(cases.map(\.fact))
    let before = try FactMeter(PromptScorer(model, tokenizer)).measure(cases)
    var history = recipe.rules.history == .protect ? try state.history() : []
    let topics = FactTopics(cases.map(\.fact))
    let superseded = history.filter { entry in
      earlier?.contains(entry.edit) ?? true && entry.history.facts.contains(where: topics.contains)
    }.map(\.edit)
    for index in history.indices where superseded.contains(history[index].edit) {
      history[index].history = history[index].history.superseded(by: topics)
    }
    let edit = try editor.edit(
      EditBatch(cases.map(\.fact), given: stored, protecting: history.map(\.history)),
      progress: workspace.progress
    ) { change in
      try EncodedEdit.Part(change, base.manifest, precision: recipe.precision) { tensor in
        let weight = try model.matrix(named: tensor)
        return weight.storage.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      }
    }
    let encoded = EncodedEdit(parts: edit.changes.compactMap { $0 })
    let edited = try workspace.model(
      at: state.stack, excluding: state.excluded, adding: state.extra + encoded.parts)
    guard try changesAnything(encoded, from: model, to: edited) else {
      throw EditingError.changesNothing
    }
    let after = try FactMeter(PromptScorer(edited, tokenizer)).measure(cases)
    let description = EditDescription(
      method: recipe.hyperparameters.method.rawValue,
      hyperparameters: recipe.hyperparameters.canonicalJSON(
        recipe, on: state, superseding: superseded,
        groups: recipe.templates.groups.map(\.count)),
      contextTemplates: recipe.templates.all, provenance: .computed,
      computedOn: state.stack.tree,
      statistics: statistics,
      measurements: .init(before: before, after: after), tool: recipe.tool)
    let solution = BatchSolution(
      cases: cases, encoded: encoded, before: before, after: after, targets: edit.targets,
      templates: recipe.templates, description: description)
    return (solution, edit.steps)
  }

  /// Solves an edit again for some of its facts, by its own method and recipe: from its stored targets, or,
  /// where the method has none, by running it again. Its own second moments serve where the cache still has them and
  /// the settings name no others.
  ///
  /// - Throws: as above, and ``WorkflowError/damagedTargets(edit:reason:)``.
  func solveAgain(
    _ edit: StoredEdit, keeping isKept: (FactCase) -> Bool, on state: SolveState,
    refreshingTargets: TargetRefresh, tool: String
  ) throws -> BatchSolution {
    let model = try ModelArchitecture(workspace.base().checkpoint)
    let manifest = edit.manifest
    let recorded = manifest.description
    let cases = try ListFacts.facts(of: edit)
    let kept = cases.indices.filter { isKept(cases[$0]) }
    var hyperparameters = try EditHyperparameters(
      recorded, of: edit.id.abbreviated, for: model)
    let rules = try recorded.rules.settled(for: hyperparameters.method)
    hyperparameters.batchBytes = try MemoryPlan(
      limit: workspace.memory, workspace.baseModel()
    ).batchBytes(
      for: hyperparameters, facts: kept.count, protecting: state.protectedCount(rules),
      perUpdate: model.encodingBytes(facts: kept.count))
    var stored: [Int: [Float]] = [:]
    if refreshingTargets == .keep, hyperparameters.method.keepsTargets {
      guard let all = try edit.decodedTargets(width: model.width, count: cases.count) else {
        throw WorkflowError.damagedTargets(edit: edit.id.abbreviated, reason: "there are none")
      }
      // A target that a fact shared with one that goes says what that one said, too.
      let gone = Set(cases.filter { !isKept($0) }.map(\.fact.subject))
      for (place, index) in kept.enumerated() where !gone.contains(cases[index].fact.subject) {
        stored[place] = all[index]
      }
    }
    let recipe = SolveRecipe(
      hyperparameters: hyperparameters, templates: try recorded.templates(), rules: rules,
      precision: recorded.precision, tool: tool)
    var solver = self
    solver.settings.earlierMoments = recorded.statistics
    // An edit that came later says what it says also of those.
    return try solver.solve(
      kept.map { cases[$0] }, on: state, recipe, given: stored,
      superseding: state.present(recorded.supersedes)
    ).solution
  }

  /// On another base than the repository's, those that the user names are that base's.
  private func configuredMoments(for model: DecoderModel) throws -> ConfiguredMoments {
    try settings.secondMoments(
      for: model, of: settings.moments == nil ? nil : workspace.base())
  }

  /// Whether any stored weight differs: rounding to the checkpoint's type can swallow a small edit whole.
  private func changesAnything(
    _ encoded: EncodedEdit, from old: DecoderModel, to new: DecoderModel
  ) throws -> Bool {
    try encoded.parts.contains { part in
      try old.matrix(named: part.tensor) != new.matrix(named: part.tensor)
    }
  }
}
