internal import Checkpoint
package import Editing
internal import Files
internal import LinearAlgebra
package import Store
package import Transformer

/// Computes edits again from what they declare: facts, contexts, targets, second moments and the state
/// that they were computed on. Nothing is optimised.
///
/// Many edits of one history share what no edit changes: requests are run once up to the first edited
/// projection and kept there: in memory as far as that goes, then in a scratch file, so that memory does
/// not follow the length of a history.
package final class ReplayEdits {
  /// What an edit's own recipe gives.
  package struct Replay<Kept> {
    /// What was made of the update of each edited matrix.
    package let updates: [Kept]
    /// The model that it was computed on.
    package let state: DecoderModel
    /// The precision that the deltas were stored with, as the edit says.
    package let precision: Double
  }

  /// An update as it was computed again.
  package struct Update {
    /// The update.
    package let layer: LayerUpdate
    /// The precision that the deltas were stored with, as the edit says.
    package let precision: Double
    /// The mean length of what the requests have where their targets are to be.
    package let stateNorm: Double
  }

  private struct Key: Hashable {
    let edit: EditID
    let layer: Int
    let sameSubject: SameSubject
  }

  private let workspace: Workspace
  private let moments: ConfiguredMoments
  private let models: RecentModels
  private let budget: Int
  private var kept: [Key: KeptRequests] = [:]
  private var keptBytes = 0
  /// Where kept requests lie that are too many for the memory: made when the first comes, `nil` where there
  /// is no room for it.
  private lazy var scratch: ScratchFile? = {
    let directory = workspace.repository.location.cacheDirectory
    try? makeDirectories(directory)
    return try? ScratchFile(in: directory)
  }()
  private static let scratchLimit = 8 << 30
  private var projections: [EditID: Set<String>] = [:]

  /// Replays edits of a workspace.
  ///
  /// - Parameters:
  ///   - settings: where the second moments come from.
  ///   - models: where the models of states come from.
  ///   - budget: bytes of memory that kept requests may take; 32 MiB, or an eighth of the workspace's where
  ///     that is less.
  /// - Throws: what is wrong with second moments that the settings name.
  package init(
    in workspace: Workspace, _ settings: EditSettings, models: RecentModels, budget: Int? = nil
  ) throws {
    self.workspace = workspace
    moments = try settings.secondMoments(for: models.unedited(), of: workspace.base())
    // What the user named must be there; what the repository names may be gone.
    if settings.moments != nil { try moments.check() }
    self.models = models
    self.budget = budget ?? min(1 << 25, workspace.memory / 8)
  }

  /// Computes an edit again.
  ///
  /// - Parameters:
  ///   - neighbours: stacks in which edits are found that were active beside the recorded tree.
  ///   - bytes: memory that `keep` takes beside an update.
  ///   - keep: makes of each matrix's update what is wanted of it: of thousands of facts, the keys of one layer
  ///     are as much as should be held.
  /// - Throws: ``ReplayObstacle`` where that cannot be done; what the store and the model throw, and `keep`.
  package func replay<Kept>(
    _ edit: StoredEdit, neighbours: [EditStack], perUpdate bytes: Int,
    keeping keep: (Update) throws -> Kept
  ) throws -> Replay<Kept> {
    let recorded = edit.manifest.description
    guard recorded.provenance == .computed || !recorded.contextTemplates.isEmpty else {
      throw ReplayObstacle.notRecorded("contexts")
    }
    let state = try state(of: edit, neighbours)
    let architecture = try models.unedited().architecture
    var hyperparameters = try hyperparameters(recorded, of: edit.id, for: architecture)
    hyperparameters.batchBytes = try MemoryPlan(limit: workspace.memory, models.unedited())
      .batchBytes(
        for: hyperparameters, facts: edit.manifest.facts.count,
        protecting: state.protectedCount(recorded.rules), perUpdate: bytes)
    let moments = moments.preferring(recorded.statistics, alone: true)
    try check(moments, recorded, hyperparameters.momentLayers)
    let facts = try ListFacts.facts(of: edit).map(\.fact)
    guard
      let targets = try edit.decodedTargets(width: architecture.width, count: facts.count)
    else { throw ReplayObstacle.notRecorded("targets") }
    let history = EditHistory(facts: facts, templates: try recorded.templates())
    let model = try models.model(at: state)
    let groups = (recorded.rules.sameSubject ?? .merge).partition(facts)
    var stateNorm: Double?
    func keeping(_ update: LayerUpdate, oneOf count: Int) throws -> Kept {
      let wanted =
        groups.count == update.residual.columns ? groups.map { targets[$0[0]] } : targets
      let norm = stateNorm ?? Self.stateNorm(update, wanted, layers: count)
      stateNorm = norm
      return try keep(Update(layer: update, precision: recorded.precision, stateNorm: norm))
    }
    let updates: [Kept]
    switch hyperparameters {
    case .memit(let values):
      updates = try spread(
        edit, history, targets, on: state, model, values, moments, preserving: nil
      ) { try keeping($0, oneOf: values.layers.count) }
    case .alphaEdit(let values):
      updates = try spread(
        edit, history, targets, on: state, model, values.memit, moments,
        preserving: values.preservation
      ) { try keeping($0, oneOf: values.memit.layers.count) }
    case .ft, .mend: throw ReplayObstacle.method(recorded.method)
    case .rome(let values):
      updates = try oneByOne(history, targets, model, values, moments) {
        try keeping($0, oneOf: 1)
      }
    }
    return Replay(updates: updates, state: model, precision: recorded.precision)
  }

  /// The mean of ‖z − r‖, r being what is left to a target before the first layer, which takes its share of it.
  private static func stateNorm(
    _ first: LayerUpdate, _ targets: [[Float]], layers count: Int
  ) -> Double {
    guard !targets.isEmpty else { return 0 }
    let sum = targets.enumerated().reduce(0.0) { sum, entry in
      sum
        + entry.element.enumerated().reduce(0.0) { squares, unit in
          let present =
            Double(unit.element) - first.residual[unit.offset, entry.offset] * Double(count)
          return squares + present * present
        }.squareRoot()
    }
    return sum / Double(targets.count)
  }

  /// The recorded method and its settings.
  private func hyperparameters(
    _ recorded: EditDescription, of id: EditID, for architecture: ModelArchitecture
  ) throws -> EditHyperparameters {
    guard let method = EditMethod(rawValue: recorded.method), method.keepsTargets else {
      throw ReplayObstacle.method(recorded.method)
    }
    do {
      return try EditHyperparameters(recorded, of: id.abbreviated, for: architecture)
    } catch is EditingError {
      throw ReplayObstacle.notRecorded("hyperparameters of its method")
    }
  }

  /// MEMIT's least squares, or AlphaEdit's.
  private func spread<Kept>(
    _ edit: StoredEdit, _ history: EditHistory, _ targets: [[Float]], on state: SolveState,
    _ model: DecoderModel, _ hyperparameters: MEMITHyperparameters, _ moments: ConfiguredMoments,
    preserving preservation: Preservation?, keeping keep: (LayerUpdate) throws -> Kept
  ) throws -> [Kept] {
    let recorded = edit.manifest.description
    guard let first = hyperparameters.layers.first else {
      throw ReplayObstacle.notRecorded("edited layers")
    }
    let rules = recorded.rules
    let sameSubject = rules.sameSubject ?? .merge
    let isShared = try sharesLowerPart(state, edit, from: first, model.architecture)
    let own = try requests(
      edit.id, history, model, sameSubject, layer: first, isShared: isShared)
    let protected =
      rules.history == .forget
      ? [] : try earlier(than: edit, state, model, sameSubject, layer: first, isShared: isShared)
    return try ResidualSpread(model, hyperparameters, moments, preserving: preservation).updates(
      own, targets: targets, protecting: protected, bytes: budget, progress: workspace.progress,
      keeping: keep)
  }

  /// The requests of the edits that a state has, less what an edit says anew of those that it names.
  private func earlier(
    than edit: StoredEdit, _ state: SolveState, _ model: DecoderModel, _ sameSubject: SameSubject,
    layer: Int, isShared: Bool
  ) throws -> [EarlierRequests] {
    let superseded = Set(edit.manifest.description.supersedes)
    let topics = FactTopics(superseded.isEmpty ? [] : try ListFacts.facts(of: edit).map(\.fact))
    return try state.ids.compactMap { id in
      if superseded.contains(id) {
        guard let rest = try EditHistory(of: state.edit(id))?.superseded(by: topics),
          !rest.facts.isEmpty
        else { return nil }
        return EarlierRequests(count: sameSubject.partition(rest.facts).count) {
          try self.run(rest, model, sameSubject, layer: layer, isShared: isShared)
        }
      }
      if isShared, let known = kept[Key(edit: id, layer: layer, sameSubject: sameSubject)] {
        return EarlierRequests(known)
      }
      guard let history = try EditHistory(of: state.edit(id)) else { return nil }
      return EarlierRequests(count: sameSubject.partition(history.facts).count) {
        try self.requests(id, history, model, sameSubject, layer: layer, isShared: isShared)
      }
    }
  }

  /// ROME's changes of one matrix.
  private func oneByOne<Kept>(
    _ history: EditHistory, _ targets: [[Float]], _ model: DecoderModel,
    _ hyperparameters: ROMEHyperparameters, _ moments: ConfiguredMoments,
    keeping keep: (LayerUpdate) throws -> Kept
  ) throws -> [Kept] {
    let editor = ROMEEditor(
      model, try workspace.tokenizer(), hyperparameters, history.templates, moments)
    let given = Dictionary(uniqueKeysWithValues: targets.enumerated().map { ($0, $1) })
    let outcome = try editor.edit(
      EditBatch(history.facts, given: given), progress: workspace.progress)
    return try outcome.changes.compactMap { change in
      guard case .lowRank(let left, let right, let keys?) = change.form else { return nil }
      return try keep(
        LayerUpdate(
          layer: hyperparameters.layer, tensor: change.tensor, keys: keys.columns,
          adjustedKeys: keys.side == .columns ? right : left,
          residual: keys.side == .columns ? left : right, keySide: keys.side))
    }
  }

  /// The state that an edit says it was computed on.
  private func state(of edit: StoredEdit, _ neighbours: [EditStack]) throws -> SolveState {
    let recorded = edit.manifest.description
    let stack: EditStack
    do {
      stack = try workspace.repository.stack(ofTree: recorded.computedOn)
    } catch is ObjectError {
      throw ReplayObstacle.stateMissing(recorded.computedOn)
    }
    var state = SolveState(stack: stack)
    state.excluded = Set(recorded.computedWithout)
    for id in recorded.computedBeside {
      guard let place = neighbours.first(where: { $0.contains(id) }) else {
        throw ReplayObstacle.edited(beside: id)
      }
      try state.add(stored: place.edit(id))
    }
    return state
  }

  /// The edits that were active when an edit was computed, as it says; none where the repository has not that state.
  package func editsBeneath(_ edit: StoredEdit) -> Set<EditID> {
    let recorded = edit.manifest.description
    let tree = try? workspace.repository.stack(ofTree: recorded.computedOn)
    return Set(tree?.edits ?? []).subtracting(recorded.computedWithout)
      .union(recorded.computedBeside)
  }

  /// Whether second moments are at hand.
  package var hasMoments: Bool { moments.areAtHand }

  private func check(
    _ moments: ConfiguredMoments, _ recorded: EditDescription, _ layers: [Int]
  ) throws {
    guard !layers.isEmpty else { return }
    guard hasMoments else { throw ReplayObstacle.noMoments }
    guard Set(recorded.statistics.map(\.name)) == Set(layers.map { "cov.\($0)" }) else {
      throw ReplayObstacle.notRecorded("second moments")
    }
    for statistics in recorded.statistics {
      guard let layer = Int(statistics.name.drop { $0 != "." }.dropFirst()) else {
        throw ReplayObstacle.notRecorded("layer of its second moments")
      }
      let found = try? moments.digest(layer: layer)
      guard found == statistics.digest else {
        throw ReplayObstacle.otherMoments(
          name: statistics.name, recorded: String(statistics.digest.hexadecimal.prefix(12)),
          found: found.map { String($0.hexadecimal.prefix(12)) } ?? "missing")
      }
    }
  }

  /// Whether nothing that is active changes anything below the first edited projection.
  private func sharesLowerPart(
    _ state: SolveState, _ edit: StoredEdit, from layer: Int, _ architecture: ModelArchitecture
  ) throws -> Bool {
    let above = Set((layer..<architecture.layerCount).map { architecture.editedWeight(layer: $0) })
    return try (state.ids + [edit.id]).allSatisfy { id in
      let tensors =
        try projections[id]
        ?? Set((id == edit.id ? edit : state.edit(id)).manifest.deltas.map(\.tensor))
      projections[id] = tensors
      return tensors.isSubset(of: above)
    }
  }

  private func requests(
    _ id: EditID, _ history: EditHistory, _ model: DecoderModel, _ sameSubject: SameSubject,
    layer: Int, isShared: Bool
  ) throws -> KeptRequests {
    let key = Key(edit: id, layer: layer, sameSubject: sameSubject)
    if isShared, let known = kept[key] { return known }
    let requests = try run(history, model, sameSubject, layer: layer, isShared: isShared)
    if isShared, try keeps(requests) { kept[key] = requests }
    return requests
  }

  private func run(
    _ history: EditHistory, _ model: DecoderModel, _ sameSubject: SameSubject, layer: Int,
    isShared: Bool
  ) throws -> KeptRequests {
    // All are kept under the base's projection, so that one change of it serves all.
    try KeptRequests(
      isShared ? models.unedited() : model, workspace.tokenizer(), history,
      sameSubject: sameSubject, layer: layer, bytes: workspace.memory, keepsBlock: isShared)
  }

  /// Whether there is room for requests, in memory or in the scratch file.
  private func keeps(_ requests: KeptRequests) throws -> Bool {
    let bytes = requests.byteCount
    if keptBytes + bytes <= budget {
      keptBytes += bytes
      return true
    }
    guard let scratch, scratch.count + bytes <= Self.scratchLimit else { return false }
    // Where the disk is full they are run again: slower, not wrong.
    do { try requests.park(in: scratch) } catch { return false }
    return true
  }
}
