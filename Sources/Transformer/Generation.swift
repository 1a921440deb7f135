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
  private var draws: Draws

  /// What sequences are drawn with.
  private enum Draws {
    /// One source for all of them, in turn.
    case together(SeededRandom)
    /// Each its own.
    case apart([SeededRandom])

    mutating func unit(for sequence: Int) -> Double {
      switch self {
      case .together(var source):
        defer { self = .together(source) }
        return source.unit()
      case .apart(var sources):
        self = .apart([])
        defer { self = .apart(sources) }
        return sources[sequence].unit()
      }
    }
  }

  /// A generator; the same seed gives the same texts on the same machine.
  package init(_ model: DecoderModel, rule: SamplingRule, seed: UInt64) {
    self.model = model
    self.rule = rule
    draws = .together(SeededRandom(seed))
  }

  /// A generator for as many prompts as there are seeds: what one is continued with does not depend on
  /// the others.
  package init(_ model: DecoderModel, rule: SamplingRule, seeds: [UInt64]) {
    self.model = model
    self.rule = rule
    draws = .apart(seeds.map { SeededRandom($0) })
  }

  /// Extends each prompt until it has `length` tokens in all, fills the model's context, or ends with
  /// one of `stops`.
  ///
  /// - Throws: ``TransformerError`` where a prompt is empty or longer than the context.
  package mutating func extend(_ prompts: [[Int32]], toLength length: Int, stops: Set<Int32> = [])
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
    var hidden = pass.hidden.selecting(ends)

    while !active.isEmpty {
      let next = chooseTokens(hidden, head, active)
      var remaining: [Int] = []
      var nodes: [Int32] = []
      let stored = Int32(tree.count)
      for (slot, index) in active.enumerated() {
        sequences[index].append(next[slot])
        guard sequences[index].count < limit, !stops.contains(next[slot]) else { continue }
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

  private mutating func chooseTokens(
    _ hidden: FloatRows, _ head: LanguageModelHead, _ sequences: [Int]
  ) -> [Int32] {
    let count =
      switch rule {
      case .greedy: 1
      case .top(let k): min(max(1, k), head.vocabularySize)
      }
    // Rows come on several threads: each writes its own entries and no others. Token ids are far below
    // 2²⁴, so float32 holds them exactly.
    let best = FloatRows(rows: hidden.rows, columns: 2 * count)
    head.logits(of: hidden) { row, logits in
      LogitRow(logits, count: head.vocabularySize).largest(count, to: best.row(row))
    }
    return sequences.enumerated().map { row, sequence in
      let entries = best.row(row)
      guard count > 1 else { return Int32(entries[0]) }
      let weights = (0..<count).map {
        Double.exponential(Double(entries[2 * $0 + 1]) - Double(entries[1]))
      }
      var draw = draws.unit(for: sequence) * weights.reduce(0, +)
      for (place, weight) in weights.enumerated() {
        draw -= weight
        if draw < 0 { return Int32(entries[2 * place]) }
      }
      return Int32(entries[2 * (count - 1)])
    }
  }
}
