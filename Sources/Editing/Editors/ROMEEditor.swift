package import Diagnostics
internal import Checkpoint
internal import LinearAlgebra
package import Transformer

/// Edits facts one after the other, each by a rank-one change of one matrix on the model that has those before.
///
/// The change sends the subject's key to the target and moves other keys as little as second moments allow:
/// ΔW = (z − W k) (C⁻¹k)ᵀ / (kᵀC⁻¹k).
/// - Source: ROME, arXiv 2202.05262, section 3.1; with the mean key in the denominator, r-ROME, arXiv 2403.07175.
package struct ROMEEditor: Editor {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let hyperparameters: ROMEHyperparameters
  private let templates: ContextTemplates
  private let moments: any SecondMomentSource
  private let stop: StopRule
  private let memory: TargetMemory?

  /// Edits a model as it is now.
  ///
  /// - Parameters:
  ///   - templates: contexts of equal weight, the bare prompt first.
  ///   - memory: where targets are looked for before they are optimised, and kept after.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ hyperparameters: ROMEHyperparameters,
    _ templates: ContextTemplates, _ moments: any SecondMomentSource, stop: StopRule = .loss,
    memory: TargetMemory? = nil
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.hyperparameters = hyperparameters
    self.templates = templates
    self.moments = moments
    self.stop = stop
    self.memory = memory
  }

  /// Refuses facts that have no place in the contexts.
  package func check(_ facts: [Fact]) throws {
    guard !facts.isEmpty else { throw EditingError.noFacts }
    for fact in facts { _ = try tokens(of: fact) }
  }

  /// Computes the edits of some facts in their order. Earlier edits are not protected.
  package func edit<Kept>(
    _ batch: EditBatch, progress: some ProgressSink, keeping keep: (TensorChange) throws -> Kept
  ) throws -> EditOutcome<Kept> {
    guard !batch.facts.isEmpty else { throw EditingError.noFacts }
    var state = State(model: model, weights: memory?.weights)
    var updates: [LayerUpdate] = []
    var targets: [[Float]] = []
    var steps: [Int] = []
    var asks = false
    for (index, fact) in batch.facts.enumerated() {
      let change = try insert(fact, given: batch.given[index], into: &state)
      updates.append(change.update)
      targets.append(change.target)
      steps.append(change.steps)
      asks = asks || change.move > TargetMove.least
      progress.report(
        ProgressEvent(.targets, done: index + 1, total: batch.facts.count, detail: fact.subject))
    }
    guard asks || !batch.given.isEmpty else { throw EditingError.changesNothing }
    return EditOutcome(
      targets: targets, steps: steps, changes: [try keep(TensorChange(Self.sum(updates)))])
  }

  /// The model with the facts so far, and a name for its weights.
  private struct State {
    var model: DecoderModel
    var weights: Digest?

    mutating func add(_ update: LayerUpdate) throws {
      model = try model.adding([TensorChange(update)])
      guard let before = weights else { return }
      var digest = DigestAccumulator()
      digest.append(Array(before.hexadecimal.utf8))
      update.left.storage.withUnsafeBytes { digest.append($0) }
      update.right.storage.withUnsafeBytes { digest.append($0) }
      weights = digest.finish()
    }
  }

  /// One fact's change.
  private struct Change {
    let update: LayerUpdate
    let target: [Float]
    let steps: Int
    /// How far the target is from what is there, relative to the target.
    let move: Double
  }

  private func insert(_ fact: Fact, given: [Float]?, into state: inout State) throws -> Change {
    let layer = hyperparameters.layer
    let request = try tokens(of: fact)
    let contexts = request.rows.count
    let group = RequestGroup(
      name: fact.title, requests: [request],
      keyWeights: Array(repeating: 1 / Double(contexts), count: contexts))
    let bare = RequestGroup(
      name: fact.title, requests: [request],
      keyWeights: [1] + Array(repeating: 0, count: contexts - 1))
    // Both means are of one set of tokens, which the chunk has once.
    let chunk = try RequestChunk(state.model, [group, bare][...])
    try chunk.advance(through: layer - 1, state.model)
    var keys = Matrix<Double>(rows: state.model.architecture.innerWidth, columns: 2)
    try chunk.writeKeys(state.model, to: &keys, start: 0)
    let outputs = try moduleOutputs(of: keys, state.model)
    let origin = outputs.column(1)

    let wanted =
      try given.map { CachedTarget(vector: $0, steps: 0) }
      ?? optimise(group, from: origin, state)
    // Solved is what is stored, so that the edit can be computed again from that.
    let target = given ?? TargetArchive.rounded(wanted.vector)
    let mean = keys.selectingColumns([0])
    let (used, present) =
      switch hyperparameters.denominator {
      case .averaged: (mean, outputs.column(0))
      case .bare: (keys.selectingColumns([1]), origin)
      }
    let direction = try direction(of: mean, layer)
    let denominator = Matrix.product(used, .transposed, direction)[0, 0]
    let residual = zip(target, present).map { Double($0 - $1) }
    let scale = 1 / denominator
    guard scale.isFinite, residual.allSatisfy(\.isFinite) else {
      throw EditingError.keyWithoutDirection(fact: fact.title, denominator: denominator)
    }
    let architecture = state.model.architecture
    let update = LayerUpdate(
      layer: layer, tensor: architecture.editedWeight(layer: layer), keys: mean,
      adjustedKeys: Matrix(rows: direction.rows, columns: 1, direction.storage.map { $0 * scale }),
      residual: Matrix(rows: residual.count, columns: 1, residual),
      keySide: architecture.editedKeySide(layer: layer))
    try state.add(update)
    return Change(
      update: update, target: target, steps: wanted.steps,
      move: TargetMove.length(
        zip(wanted.vector, given == nil ? origin : present).map { Double($0 - $1) },
        to: wanted.vector.map(Double.init)))
  }

  /// A target from the memory, or optimised and kept.
  private func optimise(_ group: RequestGroup, from origin: [Float], _ state: State) throws
    -> CachedTarget
  {
    let objective = hyperparameters.objective
    let memory = memory.flatMap { memory in
      state.weights.map { TargetMemory(memory.cache, weights: $0) }
    }
    let key = memory?.key(group, objective, stop, from: origin)
    if let key, let known = try memory?.cache.target(for: key) { return known }
    let optimiser = TargetOptimiser(state.model, objective, stop: stop)
    try optimiser.check([group])
    let found = try optimiser.targets(
      of: 0..<1, in: [group], from: [origin], progress: NoProgress())[0]
    let target = CachedTarget(vector: found.vector, steps: found.steps.count)
    if let key { try memory?.cache.keep(target, for: key) }
    return target
  }

  /// C⁻¹k, `[f, 1]`; k itself without second moments. Its length cancels out.
  private func direction(of key: Matrix<Double>, _ layer: Int) throws -> Matrix<Double> {
    guard hyperparameters.usesMoments else { return key }
    return try moments.solver(layer: layer, weight: 1).factor.solve(key)
  }

  /// What the edited module makes of some keys, its bias included, `[d, n]`.
  private func moduleOutputs(of keys: Matrix<Double>, _ model: DecoderModel) throws -> Matrix<Float>
  {
    let architecture = model.architecture
    let module = architecture.blocks[hyperparameters.layer].down
    let side = architecture.editedKeySide(layer: hyperparameters.layer)
    let weight = try model.matrix(named: module.weights[0])
    var outputs = Matrix.product(
      weight, side == .columns ? .none : .transposed, keys.converted(to: Float.self))
    if let name = module.biases.first {
      let bias = try model.matrix(named: name)
      for i in 0..<outputs.rows { for j in 0..<outputs.columns { outputs[i, j] += bias[0, i] } }
    }
    return outputs
  }

  private func tokens(of fact: Fact) throws(EditingError) -> RequestTokens {
    let request = try RequestTokens(
      fact, templates, tokenizer, positionLimit: model.architecture.positionLimit)
    try hyperparameters.objective.check(request, of: fact.title, model.architecture)
    return request
  }

  /// The updates of one matrix as one of as many directions.
  private static func sum(_ updates: [LayerUpdate]) -> LayerUpdate {
    LayerUpdate(
      layer: updates[0].layer, tensor: updates[0].tensor,
      keys: .concatenatingColumns(updates.map(\.keys)),
      adjustedKeys: .concatenatingColumns(updates.map(\.adjustedKeys)),
      residual: .concatenatingColumns(updates.map(\.residual)), keySide: updates[0].keySide)
  }
}
