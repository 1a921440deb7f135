package import Transformer

/// Scores many continuations at once; prompts with equal beginnings share the work.
///
/// - Source: the scoring of CounterFact by the MEMIT authors: tokens under teacher forcing, means over
///   the tokens of the continuation.
package struct PromptScorer {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  /// Tokens that run through the model together: enough for the matrix kernel, few enough for the cache.
  package static let batchTokens = 1024

  /// Scores with a model.
  package init(_ model: DecoderModel, _ tokenizer: BytePairTokenizer) {
    self.model = model
    self.tokenizer = tokenizer
  }

  /// A continuation in tokens.
  private struct Question {
    let prompt: [Int32]
    let target: [Int32]

    /// What the model reads: all but the last token, which is only predicted.
    var path: [Int32] { prompt + target.dropLast() }
  }

  /// The scores of some continuations, in their order.
  ///
  /// - Throws: ``TransformerError`` where a text does not fit into the model.
  package func scores(of items: [Continuation]) throws -> [ContinuationScore] {
    let questions = try questions(items)
    // In the order of their tokens, texts that begin alike meet in one batch, whichever records they are of.
    let paths = questions.map(\.path)
    let order = paths.indices.sorted { paths[$0].lexicographicallyPrecedes(paths[$1]) }
    let head = try LanguageModelHead(model)
    var scores: [ContinuationScore?] = Array(repeating: nil, count: items.count)
    var batch: [(item: Int, nodes: [Int32])] = []
    var tree = TokenTree()
    func finish() throws {
      let asked = batch.map { (nodes: $0.nodes, target: questions[$0.item].target) }
      for (entry, score) in zip(batch, try score(asked, tree, head)) { scores[entry.item] = score }
      (batch, tree) = ([], TokenTree())
    }
    for item in order {
      let nodes = tree.insert(paths[item])
      batch.append((item, Array(nodes[(questions[item].prompt.count - 1)...])))
      if tree.count >= Self.batchTokens { try finish() }
    }
    if !batch.isEmpty { try finish() }
    return scores.compactMap { $0 }
  }

  private func questions(_ items: [Continuation]) throws -> [Question] {
    var prompts: [String: [Int32]] = [:]
    var texts: [String: [Int32]] = [:]
    return try items.map { item in
      let prompt = prompts[item.prompt] ?? tokenizer.encode(item.prompt, specialTokens: .prompt)
      let text = texts[item.text] ?? tokenizer.encodeContinuation(" " + item.text)
      prompts[item.prompt] = prompt
      texts[item.text] = text
      guard !prompt.isEmpty, !text.isEmpty else { throw TransformerError.emptyText }
      guard prompt.count + text.count - 1 <= model.architecture.positionLimit else {
        throw TransformerError.tooLong(
          tokens: prompt.count + text.count - 1, limit: model.architecture.positionLimit,
          text: item.prompt)
      }
      return Question(prompt: prompt, target: text)
    }
  }

  private func score(
    _ batch: [(nodes: [Int32], target: [Int32])], _ tree: TokenTree, _ head: LanguageModelHead
  ) throws -> [ContinuationScore] {
    // A position is asked once, for all tokens that should follow it.
    let nodes = Array(Set(batch.flatMap(\.nodes))).sorted()
    var place: [Int32: Int] = [:]
    for (index, node) in nodes.enumerated() { place[node] = index }
    var wanted: [[(token: Int, slot: Int)]] = Array(repeating: [], count: nodes.count)
    var slots = 0
    for item in batch {
      for (node, token) in zip(item.nodes, item.target) {
        wanted[place[node] ?? 0].append((Int(token), slots))
        slots += 1
      }
    }
    let pass = try ForwardPass(model, tree)
    let hidden = try pass.output(at: nodes, of: model)
    // Rows are scored on several threads: each writes its own entries and no others.
    let results = FloatRows(rows: slots, columns: 2)
    head.logits(of: hidden) { [wanted] row, base in
      let logits = LogitRow(base, count: head.vocabularySize)
      let total = logits.logSumExp
      let best = logits.best
      for (token, slot) in wanted[row] {
        results.row(slot)[0] = total - base[token]
        results.row(slot)[1] = token == best ? 1 : 0
      }
    }
    var slot = 0
    return batch.map { item in
      let range = slot..<slot + item.target.count
      slot = range.upperBound
      let sum = range.reduce(0.0) { $0 + Double(results.row($1)[0]) }
      return ContinuationScore(
        negativeLogLikelihood: sum / Double(item.target.count),
        bestTokens: range.count { results.row($0)[1] == 1 }, tokenCount: range.count)
    }
  }
}
