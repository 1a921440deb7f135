package import Diagnostics
internal import LinearAlgebra
package import Transformer

/// Collects the second moments of keys over a text, all layers in one pass.
///
/// - Source: MEMIT, arXiv 2210.07229, section 4.2: C = E[k kᵀ], uncentred, every token with equal weight.
package struct MomentCollector {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let layers: [Int]
  /// Tokens that run through the model together.
  private let batchTokens = 2048

  /// Collects for `layers` of a model.
  package init(_ model: DecoderModel, _ tokenizer: BytePairTokenizer, layers: [Int]) {
    self.model = model
    self.tokenizer = tokenizer
    self.layers = layers.sorted()
  }

  /// The moments over some documents, each alone from position 0 and cut at the model's context.
  ///
  /// - Parameters:
  ///   - documents: the text.
  ///   - limit: how many documents at most; `nil` for all.
  /// - Throws: ``EditingError/emptyCorpus(file:)``, ``TransformerError``.
  package func collect(
    _ documents: some Sequence<String>, limit: Int? = nil, named name: String,
    progress: some ProgressSink
  ) throws -> SecondMoments {
    var accumulators = layers.map { _ in
      MomentAccumulator(order: model.architecture.innerWidth)
    }
    var batch: [[Int32]] = []
    var waiting = 0
    var count = 0
    for document in documents {
      if let limit, count >= limit { break }
      let tokens = Array(
        tokenizer.encode(document).prefix(model.architecture.positionLimit))
      guard !tokens.isEmpty else { continue }
      count += 1
      batch.append(tokens)
      waiting += tokens.count
      if waiting >= batchTokens {
        try add(batch, to: &accumulators)
        (batch, waiting) = ([], 0)
        progress.report(
          ProgressEvent(
            .moments, done: count, total: limit, detail: "\(accumulators.tokens) tokens"))
      }
    }
    if !batch.isEmpty { try add(batch, to: &accumulators) }
    guard count > 0 else { throw EditingError.emptyCorpus(file: name) }
    progress.report(
      ProgressEvent(.moments, done: count, total: count, detail: "\(accumulators.tokens) tokens"))
    return SecondMoments(
      matrices: Dictionary(
        uniqueKeysWithValues: zip(layers, accumulators).map { ($0, $1.mean()) }),
      tokenCount: accumulators.tokens, documentCount: count)
  }

  private func add(_ documents: [[Int32]], to accumulators: inout [MomentAccumulator]) throws {
    var tree = TokenTree()
    // Owned nodes are never shared: a beginning that two documents share counts twice.
    for (index, tokens) in documents.enumerated() {
      _ = tree.insert(tokens, owner: Int32(index + 1), privateFrom: 0)
    }
    let pass = try ForwardPass(model, tree)
    for (index, layer) in layers.enumerated() {
      try pass.run(through: layer - 1, of: model)
      try pass.runBlock(of: model) { activations in
        accumulators[index].add(activations.base, rows: activations.rows)
      }
    }
  }
}

extension [MomentAccumulator] {
  fileprivate var tokens: Int { first?.count ?? 0 }
}
