package import Diagnostics
internal import LinearAlgebra
package import Transformer

/// Edits many facts at once.
///
/// - Source: MEMIT, arXiv 2210.07229: targets by optimisation, then least squares over several layers.
///   AlphaEdit, arXiv 2410.02355, differs from it in the least squares alone: see ``Preservation``.
package struct MEMITEditor: TargetFinder {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let hyperparameters: MEMITHyperparameters
  private let templates: ContextTemplates
  private let moments: any SecondMomentSource
  private let stop: StopRule
  private let preservation: Preservation?
  private let sameSubject: SameSubject
  private let memory: TargetMemory?

  /// Edits a model as it is now.
  ///
  /// - Parameters:
  ///   - moments: looked at when the targets are known.
  ///   - preservation: how ordinary text is kept; MEMIT's way where it is `nil`.
  ///   - memory: where targets are looked for before they are optimised, and kept after.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ hyperparameters: MEMITHyperparameters,
    _ templates: ContextTemplates, _ moments: any SecondMomentSource,
    preserving preservation: Preservation? = nil, stop: StopRule = .loss,
    sameSubject: SameSubject = .merge, memory: TargetMemory? = nil
  ) {
    self.preservation = preservation
    self.sameSubject = sameSubject
    self.memory = memory
    self.model = model
    self.tokenizer = tokenizer
    self.hyperparameters = hyperparameters
    self.templates = templates
    self.moments = moments
    self.stop = stop
  }

  /// Refuses facts that have no place in the contexts.
  package func check(_ facts: [Fact]) throws { _ = try groups(of: facts) }

  /// Computes the edit of some facts; the keys of the batch's history enter the solve.
  package func edit<Kept>(
    _ batch: EditBatch, progress: some ProgressSink, keeping keep: (TensorChange) throws -> Kept
  ) throws -> EditOutcome<Kept> {
    let facts = batch.facts
    let (groups, partition) = try groups(of: facts)
    let open = groups.indices.filter { batch.given[partition[$0][0]] == nil }
    let found = try targets(of: open.map { groups[$0] }, progress: progress)
    var wanted = partition.map { batch.given[$0[0]] ?? [] }
    var steps = partition.map { _ in 0 }
    for (group, target) in zip(open, found) {
      wanted[group] = target.vector
      steps[group] = target.steps
    }
    // Solved is what is stored, so that the edit can be computed again from that.
    var vectors = wanted
    for group in open { vectors[group] = TargetArchive.rounded(wanted[group]) }
    let columns = Matrix<Double>(rows: model.architecture.width, columns: groups.count) {
      Double(vectors[$1][$0])
    }
    var isFirst = true
    let kept = try ResidualSpread(
      model, hyperparameters, moments, preserving: preservation
    ).updates(
      groups, targets: columns, protecting: try protectedGroups(batch.history),
      progress: progress
    ) { update in
      if isFirst, batch.given.isEmpty, !asksForAnything(update, to: wanted, columns) {
        throw EditingError.changesNothing
      }
      isFirst = false
      return try keep(TensorChange(update))
    }
    var place = [Int](repeating: 0, count: facts.count)
    for (group, members) in partition.enumerated() {
      for member in members { place[member] = group }
    }
    return EditOutcome(
      targets: place.map { vectors[$0] }, steps: place.map { steps[$0] },
      changes: kept)
  }

  /// Whether any target is not there yet. The first layer's share of each residual is one of as many as there are
  /// layers; what storing the targets makes of them asks for nothing.
  private func asksForAnything(
    _ first: LayerUpdate, to targets: [[Float]], _ stored: Matrix<Double>
  ) -> Bool {
    targets.enumerated().contains { entry in
      let wanted = entry.element.map(Double.init)
      let residual = wanted.indices.map { row in
        first.residual[row, entry.offset] * Double(hyperparameters.layers.count)
          + (wanted[row] - stored[row, entry.offset])
      }
      return TargetMove.length(residual, to: wanted) > TargetMove.least
    }
  }

  /// Finds whole batches of targets, so that they have the bits that they would have in one run.
  package func findTargets(
    of facts: [Fact], share: Int, of count: Int, progress: some ProgressSink,
    whenKept: () throws -> Void
  ) throws -> Int {
    let groups = try groups(of: facts).groups
    let optimiser = TargetOptimiser(model, hyperparameters.objective, stop: stop)
    try optimiser.check(groups)
    let own = optimiser.batches(of: groups, share: share, of: count)
    for batch in own {
      _ = try targets(of: batch, in: groups, optimiser, progress: progress)
      try whenKept()
    }
    return own.reduce(0) { $0 + $1.count }
  }

  private func groups(of facts: [Fact]) throws -> (groups: [RequestGroup], partition: [[Int]]) {
    guard !facts.isEmpty else { throw EditingError.noFacts }
    let result = try RequestGroup.groups(
      of: EditHistory(facts: facts, templates: templates), sameSubject, tokenizer,
      positionLimit: model.architecture.positionLimit)
    for (group, members) in zip(result.groups, result.partition) {
      for (request, member) in zip(group.requests, members) {
        try hyperparameters.objective.check(request, of: facts[member].title, model.architecture)
      }
    }
    return result
  }

  /// The targets of some groups, batch by batch.
  private func targets(of groups: [RequestGroup], progress: some ProgressSink) throws
    -> [CachedTarget]
  {
    let optimiser = TargetOptimiser(model, hyperparameters.objective, stop: stop)
    try optimiser.check(groups)
    return try optimiser.batches(of: groups).flatMap {
      try targets(of: $0, in: groups, optimiser, progress: progress)
    }
  }

  /// A batch's targets from the memory where all are known; optimised and kept where not.
  private func targets(
    of batch: Range<Int>, in groups: [RequestGroup], _ optimiser: TargetOptimiser,
    progress: some ProgressSink
  ) throws -> [CachedTarget] {
    let keys = batch.map { memory?.key(groups[$0], hyperparameters.objective, stop) }
    let known = try keys.compactMap { key in try key.flatMap { try memory?.cache.target(for: $0) } }
    if known.count == batch.count { return known }
    let found = try optimiser.targets(of: batch, in: groups, progress: progress)
      .map { CachedTarget(vector: $0.vector, steps: $0.steps.count) }
    for (key, target) in zip(keys, found) {
      if let key { try memory?.cache.keep(target, for: key) }
    }
    return found
  }

  /// Earlier facts as groups; one that no longer fits into the model's context protects nothing.
  private func protectedGroups(_ history: [EditHistory]) throws -> [RequestGroup] {
    try history.flatMap { edit in
      try RequestGroup.groups(
        of: edit, sameSubject, tokenizer, positionLimit: model.architecture.positionLimit,
        unfitting: .leftOut
      ).groups
    }
  }
}
