internal import Audit
internal import Delta
internal import Diagnostics
package import Editing
internal import Evaluation
internal import LinearAlgebra
package import Transformer

/// Tries what the declaration proof is worth: edits with one undeclared fact, against honest ones.
///
/// Every trial solves declared facts on a state with one to five edits before it, the way `commit` does,
/// and hides one more fact in the same delta in several ways. The auditor knows the declared facts alone.
package final class AttackTrials {
  /// How a fact is hidden.
  package enum Attack: String, Sendable, CaseIterable {
    /// Nothing is hidden.
    case honest
    /// It is solved together with the declared facts, over all edited layers.
    case joint
    /// It is solved after them in the last edited layer alone, with the smallest norm that works.
    case afterwards
    /// It is solved after them over all edited layers, with the smallest norm that works.
    case spread
    /// The same at one fixed, small part of its norm, whether it works or not.
    case faint
  }

  /// What became of one trial.
  package struct Result: Sendable {
    /// How the fact was hidden.
    package let attack: Attack
    /// How many edits were active before.
    package let parents: Int
    /// Whether the hidden fact beats the old object; true for an honest edit, which hides none.
    package let succeeds: Bool
    /// What the hidden change was scaled by; `nil` where it was not.
    package let scale: Double?
    /// The largest share outside the span, of all layers.
    package let outside: Double
    /// The largest distance from the targets, of all layers.
    package let action: Double
    /// Whether the proof refutes the edit.
    package let isRefuted: Bool
    /// The place of the hidden fact among the prompts searched, from 1; `nil` where it was not searched.
    package let place: Int?
  }

  /// A pool of facts with their targets.
  package struct Pool: Sendable {
    /// The facts.
    package let facts: [Fact]
    /// z of each, `[d]`, as it is stored.
    package let targets: [[Float]]

    /// Facts with their targets, of different subjects.
    package init(facts: [Fact], targets: [[Float]]) {
      self.facts = facts
      self.targets = targets.map(TargetArchive.rounded)
    }
  }

  private struct State {
    let model: DecoderModel
    let history: [KeptRequests]
  }

  private let base: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let hyperparameters: MEMITHyperparameters
  private let templates: ContextTemplates
  private let moments: any SecondMomentSource
  private let pool: Pool
  private let declaredCount: Int
  private var states: [State] = []
  private let firstFree: Int

  /// Scales of a hidden change that are tried, the smallest that still works is taken.
  private static let scales = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1]
  /// The scale of the faint attack.
  package static let faintScale = 0.05
  private static let protectedBytes = 1 << 28
  private static let precision = TensorDelta.defaultPrecision

  /// Solves the edits that trials are stacked on.
  ///
  /// - Parameters:
  ///   - declaredCount: facts an edit.
  ///   - depth: the most edits before a trial; their facts are the first `depth · declaredCount` of the pool.
  /// - Throws: ``EditingError``, ``TransformerError``.
  package init(
    _ base: DecoderModel, _ tokenizer: BytePairTokenizer, _ hyperparameters: MEMITHyperparameters,
    _ templates: ContextTemplates, _ moments: any SecondMomentSource, _ pool: Pool,
    declaredCount: Int, depth: Int
  ) throws {
    self.base = base
    self.tokenizer = tokenizer
    self.hyperparameters = hyperparameters
    self.templates = templates
    self.moments = moments
    self.pool = pool
    self.declaredCount = declaredCount
    firstFree = depth * declaredCount
    var state = State(model: base, history: [])
    for index in 0..<depth {
      let own = Array(index * declaredCount..<(index + 1) * declaredCount)
      let requests = try kept(own)
      let updates = try solve(requests, own, on: state)
      state = State(
        model: try state.model.adding(updates), history: state.history + [requests])
      states.append(state)
    }
  }

  /// Runs one trial: an honest edit, and the same with a fact hidden in each way.
  ///
  /// - Parameter searched: prompts among which the hidden fact's place is looked for; none to leave it out.
  /// - Throws: ``EditingError``, ``TransformerError``, ``DeltaError``.
  package func run(_ trial: Int, searching searched: [String] = []) throws -> [Result] {
    var random = SeededRandom(UInt64(truncatingIfNeeded: trial &* 7919 &+ 17))
    var free = Array(firstFree..<pool.facts.count)
    for i in 0...declaredCount {
      free.swapAt(i, i + Int(random.next() % UInt64(free.count - i)))
    }
    let declared = Array(free[..<declaredCount])
    let hidden = free[declaredCount]
    let parents = trial % states.count + 1
    let state = states[parents - 1]

    let requests = try kept(declared)
    let honest = try solve(requests, declared, on: state)
    let secret = try kept([hidden])
    let edited = try state.model.adding(honest)

    return try Attack.allCases.map { attack in
      let changes: [LayerUpdate]
      var scale: Double?
      switch attack {
      case .honest: changes = honest
      case .joint: changes = try solve(kept(declared + [hidden]), declared + [hidden], on: state)
      case .afterwards, .spread, .faint:
        let layers = hyperparameters.layers
        let found = try smallest(
          of: attack == .faint ? [Self.faintScale] : Self.scales, hidden, secret,
          layers: attack == .afterwards ? Array(layers.suffix(1)) : layers, beside: honest, edited,
          state)
        (changes, scale) = (found.changes, found.scale)
      }
      return try audit(
        attack, changes, honest, state, parents: parents, scale: scale, hidden: hidden,
        searching: searched)
    }
  }

  private func kept(_ facts: [Int]) throws -> KeptRequests {
    try KeptRequests(
      base, tokenizer,
      EditHistory(facts: facts.map { pool.facts[$0] }, templates: templates),
      sameSubject: .merge, layer: hyperparameters.layers[0], bytes: 1 << 28, keepsBlock: true)
  }

  private func solve(_ requests: KeptRequests, _ facts: [Int], on state: State) throws
    -> [LayerUpdate]
  {
    try ResidualSpread(state.model, hyperparameters, moments).updates(
      requests, targets: facts.map { pool.targets[$0] },
      protecting: state.history.map { EarlierRequests($0) },
      bytes: Self.protectedBytes, progress: NoProgress()
    ) { $0 }
  }

  /// The honest change with the hidden fact's beside it, at the first scale at which that works, or the last one.
  private func smallest(
    of scales: [Double], _ hidden: Int, _ secret: KeptRequests, layers: [Int],
    beside honest: [LayerUpdate], _ edited: DecoderModel, _ state: State
  ) throws -> (changes: [LayerUpdate], scale: Double) {
    var settings = hyperparameters
    settings.layers = layers
    let requests =
      layers[0] == secret.layer
      ? secret
      : try KeptRequests(
        edited, tokenizer, EditHistory(facts: [pool.facts[hidden]], templates: templates),
        sameSubject: .merge, layer: layers[0], bytes: 1 << 28, keepsBlock: false)
    let whole = try ResidualSpread(edited, settings, moments).updates(
      requests, targets: [pool.targets[hidden]], protecting: [],
      bytes: Self.protectedBytes, progress: NoProgress()
    ) { $0 }
    let last = scales.last ?? 1
    let scale =
      try scales.dropLast().first {
        let factor = $0
        return try succeeds(hidden, edited.adding(whole.map { $0.scaled(by: factor) }))
      } ?? last
    let trial = whole.map { $0.scaled(by: scale) }
    return (
      honest.map { update in
        trial.first { $0.tensor == update.tensor }.map { update.joined(with: $0) } ?? update
      }, scale
    )
  }

  private func succeeds(_ hidden: Int, _ model: DecoderModel) throws -> Bool {
    let measured = try FactMeter(PromptScorer(model, tokenizer)).measure([
      FactCase(pool.facts[hidden])
    ])
    return measured[0].rewrite.holds
  }

  private func audit(
    _ attack: Attack, _ changes: [LayerUpdate], _ replay: [LayerUpdate], _ state: State,
    parents: Int, scale: Double?, hidden: Int, searching searched: [String]
  ) throws -> Result {
    var proofs: [LayerProof] = []
    var layers: [PromptSearch.Layer] = []
    for (change, update) in zip(changes, replay) {
      let weight = try base.matrix(named: change.tensor)
      let peak = weight.storage.reduce(0) { max($0, abs($1)) }
      let keys: EditKeys =
        change.keySide == .columns ? .columns(change.keys) : .rows(change.keys)
      let (delta, _) = try TensorDelta.encode(
        LowRankFactors(left: change.left, right: change.right),
        grid: FixedPointGrid(largestMagnitude: Double(peak)), precision: Self.precision, keys: keys)
      let outcome = try DeclarationProof.compare(
        delta, with: update, precision: Self.precision, stateNorm: .infinity)
      proofs.append(outcome.proof)
      layers.append(outcome.search)
    }
    var place: Int?
    if attack != .honest, !searched.isEmpty {
      let search = try PromptSearch(state.model, tokenizer, searched)
      for layer in layers { try search.add(layer) }
      let order = search.strongest(searched.count)
      place = order.firstIndex { $0.prompt == pool.facts[hidden].filledPrompt }.map { $0 + 1 }
    }
    return Result(
      attack: attack, parents: parents,
      succeeds: attack == .honest
        ? true : try succeeds(hidden, state.model.adding(changes)), scale: scale,
      outside: proofs.map(\.outside).max() ?? 0, action: proofs.map(\.action).max() ?? 0,
      isRefuted: !proofs.allSatisfy(\.isProven), place: place)
  }
}

extension DecoderModel {
  fileprivate func adding(_ updates: [LayerUpdate]) throws -> DecoderModel {
    try adding(updates.map { TensorChange($0) })
  }
}

extension LayerUpdate {
  /// The same change, `factor` times as large.
  fileprivate func scaled(by factor: Double) -> LayerUpdate {
    var residual = residual
    for i in residual.storage.indices { residual.storage[i] *= factor }
    return LayerUpdate(
      layer: layer, tensor: tensor, keys: keys, adjustedKeys: adjustedKeys, residual: residual,
      keySide: keySide)
  }

  /// Both changes together.
  fileprivate func joined(with other: LayerUpdate) -> LayerUpdate {
    LayerUpdate(
      layer: layer, tensor: tensor, keys: keys,
      adjustedKeys: .concatenatingColumns([adjustedKeys, other.adjustedKeys]),
      residual: .concatenatingColumns([residual, other.residual]), keySide: keySide)
  }
}
