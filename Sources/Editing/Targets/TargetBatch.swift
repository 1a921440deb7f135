internal import LinearAlgebra
internal import Transformer

/// The optimisation of one batch of targets.
struct TargetBatch {
  /// A target token that an output position should predict.
  private struct Label {
    let token: Int
    let context: Int
    let weight: Float
  }
  /// What an output position is scored on.
  private struct Output {
    var labels: [Label] = []
    var isAnchor = false
  }

  private let model: DecoderModel
  private let objective: TargetObjective
  private let stop: StopRule
  private let names: [String]
  /// For each group, its requests' contexts together.
  private let contextCounts: [Int]
  private let work: TargetWork
  private let tree: TokenTree
  private let insertions: [Int32: Int32]
  private var pass: SuffixPass
  private let head: LanguageModelHead
  private let outputs: [Int32: Output]
  private let initial: [[Float]]
  private let norms: [Float]
  /// For each request, the logarithms of the anchor's probabilities before any change.
  private var anchors: [[Float]]
  private let onBlock: () -> Void

  /// Runs the tokens that no δ can reach.
  ///
  /// - Parameter origins: z₀ of each group, `[d]`; the block's output at the bare prompt, the mean of its
  ///   requests', where it is `nil`.
  init(
    _ model: DecoderModel, _ objective: TargetObjective, stop: StopRule, work: TargetWork,
    _ groups: [RequestGroup], origins: [[Float]]?, onBlock: @escaping () -> Void
  ) throws {
    self.onBlock = onBlock
    self.model = model
    self.objective = objective
    self.stop = stop
    self.work = work
    names = groups.map(\.name)
    contextCounts = groups.map { $0.requests.reduce(0) { $0 + $1.rows.count } }
    var tree = TokenTree()
    var insertions: [Int32: Int32] = [:]
    var outputs: [Int32: Output] = [:]
    var bare: [[Int32]] = Array(repeating: [], count: groups.count)
    for (index, group) in groups.enumerated() {
      let owner = Int32(index + 1)
      var context = 0
      let paths = group.insert(into: &tree, owner: owner, work)
      for (request, paths) in zip(group.requests, paths) {
        let target = request.target
        for (place, (row, path)) in zip(request.rows, paths.rows).enumerated() {
          insertions[path[row.lookup]] = owner
          if place == 0 { bare[index].append(path[row.lookup]) }
          let weight = 1 / Float(contextCounts[index] * target.count)
          for (offset, token) in target.enumerated() {
            outputs[path[row.tokens.count - 1 + offset], default: Output()].labels.append(
              Label(token: Int(token), context: context, weight: weight))
          }
          context += 1
        }
        let anchor = paths.anchor[request.anchor.lookup]
        insertions[anchor] = owner
        // The requests of a group have one subject, and so one anchor.
        outputs[anchor, default: Output()].isAnchor = true
      }
    }
    self.tree = tree
    self.insertions = insertions
    pass = try SuffixPass(
      model, tree, layer: objective.layer, insertions: insertions,
      outputs: Set(outputs.keys), onBlock: onBlock)
    head = try LanguageModelHead(model)
    self.outputs = outputs
    let whole = pass
    initial = origins ?? bare.map { Self.mean($0.map { whole.uneditedHidden(at: $0) }) }
    norms = initial.map { Self.norm($0[...]) }
    anchors = Array(repeating: [], count: groups.count)
  }

  /// Runs all steps; `onStep` is told which begins, from 1, and how many targets are still open.
  mutating func optimise(_ onStep: (Int, Int) -> Void) throws -> [Target] {
    let width = model.architecture.width
    let count = names.count
    let changes = FloatRows(rows: count, columns: width)
    var logs: [[TargetStep]] = Array(repeating: [], count: count)
    var adam = AdamStep(count: count * width, rate: Float(objective.settings.learningRate))
    let last = max(1, objective.settings.gradientSteps)
    for step in 1...last {
      let active = pass.owners.map { Int($0) - 1 }
      onStep(step, active.count)
      let vectors = changes.selecting(active.map { Int32($0) })
      if work == .wholeSequencesAlone, step > 1 {
        pass = try SuffixPass(
          model, tree, layer: objective.layer, insertions: insertions,
          outputs: Set(outputs.keys), onBlock: onBlock)
      }
      let hidden = try pass.forward(vectors)
      let (scores, dHidden) = score(hidden, slots: active)
      var going: [Int] = []
      for (slot, index) in active.enumerated() {
        let length = Self.norm(UnsafeBufferPointer(start: changes.row(index), count: width)[...])
        let decay =
          Float(objective.settings.weightDecay) * length / (norms[index] * norms[index])
        let entry = scores[slot].step(decay: decay)
        guard entry.loss.isFinite else {
          throw EditingError.lossNotFinite(fact: names[index], .step(step))
        }
        logs[index].append(entry)
        let isDone =
          entry.loss < TargetObjective.lossThreshold
          || (stop == .argmax && scores[slot].isBestEverywhere)
        if !isDone { going.append(slot) }
      }
      if step == last { break }
      if !going.isEmpty {
        let gradient = try pass.gradient(dHidden)
        for slot in going {
          let index = active[slot]
          addDecay(changes.row(index), index, to: gradient.row(slot))
          adam.update(
            changes.row(index), gradient.row(slot), start: index * width, count: width,
            step: step)
          project(changes.row(index), index)
        }
      }
      if going.count < active.count {
        try pass.activate(going.map { Int32(active[$0] + 1) })
      }
      if going.isEmpty { break }
    }
    return (0..<count).map { index in
      let change = changes.copy(row: index)
      return Target(
        vector: zip(initial[index], change).map { $0 + $1 }, initial: initial[index],
        change: change, steps: logs[index])
    }
  }

  /// The parts of the loss of one request that come from the logits.
  private struct Score {
    var contextLoss: [Float]
    var divergence: Float = 0
    var isBestEverywhere = true

    func step(decay: Float) -> TargetStep {
      let contexts = Float(contextLoss.count)
      let nll = contextLoss.reduce(0, +) / contexts
      let probability = contextLoss.reduce(0) { $0 + Float.exponential(-$1) } / contexts
      return TargetStep(
        loss: nll + divergence + decay, negativeLogLikelihood: nll, divergence: divergence,
        decay: decay, probability: probability)
    }
  }

  /// Scores the outputs and takes the gradient with respect to their hidden states.
  private mutating func score(_ hidden: FloatRows, slots: [Int]) -> ([Score], FloatRows) {
    let nodes = pass.outputNodes
    let items = nodes.map { outputs[$0] ?? Output() }
    let vocabulary = head.vocabularySize
    let klFactor = Float(objective.settings.klFactor)
    let wantsBest = stop == .argmax
    // Rows are scored on several threads: each writes its own entries and no others.
    let most = contextCounts.max() ?? 0
    let losses = FloatRows(rows: nodes.count, columns: most + 2)
    let isFirst = anchors.allSatisfy(\.isEmpty)
    let references = FloatRows(rows: slots.count, columns: vocabulary)
    if !isFirst {
      for (slot, index) in slots.enumerated() {
        anchors[index].withUnsafeBufferPointer {
          if let base = $0.baseAddress {
            references.row(slot).update(from: base, count: vocabulary)
          }
        }
      }
    }
    var slotOfOwner = [Int](repeating: 0, count: names.count + 1)
    for (slot, index) in slots.enumerated() { slotOfOwner[index + 1] = slot }
    let slotOfRow = nodes.map { slotOfOwner[Int(tree.owners[Int($0)])] }

    let counts = slots.map { contextCounts[$0] }
    let gradient = head.gradient(of: hidden) { row, base in
      let item = items[row]
      let logits = LogitRow(base, count: vocabulary)
      let total = logits.logSumExp
      let out = losses.row(row)
      out[most + 1] = 1
      if wantsBest, !item.labels.isEmpty {
        let best = logits.best
        if item.labels.contains(where: { $0.token != best }) { out[most + 1] = 0 }
      }
      for label in item.labels {
        out[label.context] +=
          (total - base[label.token]) * label.weight * Float(counts[slotOfRow[row]])
      }
      var anchorGradient: FloatRows?
      if item.isAnchor {
        let reference = references.row(slotOfRow[row])
        if isFirst { for id in 0..<vocabulary { reference[id] = base[id] - total } }
        let part = FloatRows(rows: 1, columns: vocabulary)
        out[most] =
          klFactor
          * logits.divergence(
            from: reference, logSumExp: total, weight: klFactor, gradient: part.base)
        anchorGradient = part
      }
      logits.becomeProbabilities(
        logSumExp: total, weight: item.labels.reduce(0) { $0 + $1.weight })
      for label in item.labels { base[label.token] -= label.weight }
      if let anchorGradient {
        for id in 0..<vocabulary { base[id] += anchorGradient.base[id] }
      }
    }
    if isFirst {
      for (slot, index) in slots.enumerated() { anchors[index] = references.copy(row: slot) }
    }
    var scores = counts.map { Score(contextLoss: Array(repeating: 0, count: $0)) }
    for row in nodes.indices {
      let slot = slotOfRow[row]
      for context in 0..<counts[slot] {
        scores[slot].contextLoss[context] += losses.row(row)[context]
      }
      scores[slot].divergence += losses.row(row)[most]
      if losses.row(row)[most + 1] == 0 { scores[slot].isBestEverywhere = false }
    }
    return (scores, gradient)
  }

  /// Adds the gradient of decay · ‖δ‖ / ‖z₀‖²; zero at δ = 0.
  private func addDecay(
    _ change: UnsafeMutablePointer<Float>, _ index: Int, to gradient: UnsafeMutablePointer<Float>
  ) {
    let width = model.architecture.width
    let length = Self.norm(UnsafeBufferPointer(start: change, count: width)[...])
    guard length > 0 else { return }
    let factor = Float(objective.settings.weightDecay) / (length * norms[index] * norms[index])
    for i in 0..<width { gradient[i] += factor * change[i] }
  }

  /// Scales δ back onto the ball of radius clamp · ‖z₀‖.
  private func project(_ change: UnsafeMutablePointer<Float>, _ index: Int) {
    let width = model.architecture.width
    let length = Self.norm(UnsafeBufferPointer(start: change, count: width)[...])
    let limit = Float(objective.settings.clampFactor) * norms[index]
    guard length > limit else { return }
    for i in 0..<width { change[i] *= limit / length }
  }

  /// As the residual of a group is taken from its mean hidden state.
  private static func mean(_ vectors: [[Float]]) -> [Float] {
    guard vectors.count > 1, let first = vectors.first else { return vectors.first ?? [] }
    return first.indices.map { unit in
      Float(vectors.reduce(0.0) { $0 + Double($1[unit]) } / Double(vectors.count))
    }
  }

  private static func norm(_ vector: some Sequence<Float>) -> Float {
    Float(vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
  }
}
