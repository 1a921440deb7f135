internal import LinearAlgebra

/// How the next token is chosen.
package enum SamplingRule: Sendable, Equatable {
  /// The most probable token.
  case greedy
  /// One of the `k` most probable, by their probabilities renormalised.
  case top(k: Int)
}

/// Extends token sequences a token at a time, all together.
package struct Generation {
  private let model: DecoderModel
  private let rule: SamplingRule
  private var generator: SeededRandom

  /// A generator; the same seed gives the same texts on the same machine.
  package init(_ model: DecoderModel, rule: SamplingRule, seed: UInt64) {
    self.model = model
    self.rule = rule
    generator = SeededRandom(seed)
  }

  /// Extends each prompt until it has `length` tokens in all, fills the model's context, or ends with
  /// `stop`.
  ///
  /// - Throws: ``TransformerError`` where a prompt is empty or longer than the context.
  package mutating func extend(_ prompts: [[Int32]], toLength length: Int, stop: Int32? = nil)
    throws -> [[Int32]]
  {
    let architecture = model.architecture
    let limit = min(length, architecture.positionLimit)
    for prompt in prompts {
      guard !prompt.isEmpty else { throw TransformerError.emptyText }
      guard prompt.count <= architecture.positionLimit else {
        throw TransformerError.tooLong(
          tokens: prompt.count, limit: architecture.positionLimit, text: "prompt")
      }
    }
    var sequences = prompts
    var active = sequences.indices.filter { sequences[$0].count < limit }
    guard !active.isEmpty else { return sequences }
    let head = try LanguageModelHead(model)
    let rotary = architecture.rotary.map { RotaryTable($0, last: limit - 1) }
    let store = KeyValueStore(
      layerCount: architecture.layerCount, keyValueWidth: architecture.keyValueWidth)
    var tree = TokenTree()
    // Sequences part ways after their prompts, so the last node of each is its own.
    var ends = active.map { tree.insert(sequences[$0]).last ?? -1 }
    let pass = try ForwardPass(model, tree)
    try pass.run(
      through: architecture.layerCount - 1, of: model, keeping: store, last: .complete)
    var hidden = FloatRows(rows: active.count, columns: architecture.width)
    hidden.gather(ends, from: pass.hidden)

    while !active.isEmpty {
      let next = chooseTokens(hidden, head)
      var remaining: [Int] = []
      var nodes: [Int32] = []
      let stored = Int32(tree.count)
      for (slot, index) in active.enumerated() {
        sequences[index].append(next[slot])
        guard sequences[index].count < limit, next[slot] != stop else { continue }
        remaining.append(index)
        nodes.append(tree.append(next[slot], after: ends[slot]))
      }
      active = remaining
      ends = nodes
      guard !active.isEmpty else { break }
      var storeIndex = (0..<Int32(tree.count)).map { $0 }
      for node in nodes { storeIndex[Int(node)] = -1 }
      let plan = AttentionPlan(nodes: nodes, tree: tree, storeIndex: storeIndex)
      hidden = FloatRows(rows: nodes.count, columns: architecture.width)
      try ForwardPass.embed(tree, nodes, model, to: hidden)
      for layer in 0..<architecture.layerCount {
        let block = try BlockPass(model, layer: layer, plan: plan, rotary: rotary)
        block.input.base.update(from: hidden.base, count: hidden.rows * hidden.columns)
        try block.forward(store: store[layer])
        ForwardPass.keep(
          block.queryKeyValue, from: Int(stored), in: store, layer: layer, architecture)
        hidden = block.output
      }
    }
    return sequences
  }

  private mutating func chooseTokens(_ hidden: FloatRows, _ head: LanguageModelHead) -> [Int32] {
    (0..<hidden.rows).map { row in
      let logits = head.logits(of: hidden, row: row)
      switch rule {
      case .greedy: return Int32(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
      case .top(let k):
        let best = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(max(1, k))
        let largest = Double(best.first.map { logits[$0] } ?? 0)
        let weights = best.map { Double.exponential(Double(logits[$0]) - largest) }
        var draw = generator.unit() * weights.reduce(0, +)
        for (token, weight) in zip(best, weights) {
          draw -= weight
          if draw < 0 { return Int32(token) }
        }
        return Int32(best.last ?? 0)
      }
    }
  }
}
