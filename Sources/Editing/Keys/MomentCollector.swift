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
  /// Tokens that run through the model together: many, so that widening the weights does not count, and
  /// few, so that their inner rows do not either.
  static let batchTokens = 2048

  /// Collects for `layers` of a model.
  package init(_ model: DecoderModel, _ tokenizer: BytePairTokenizer, layers: [Int]) {
    self.model = model
    self.tokenizer = tokenizer
    self.layers = layers.sorted()
  }

  /// The moments over some documents, each alone from position 0 and cut at the model's context.
  ///
  /// - Parameter limit: how many documents at most; `nil` for all.
  /// - Throws: ``EditingError/emptyCorpus(file:)``, ``TransformerError``, ``FileFailure``.
  package func collect(
    _ text: Corpus, limit: Int? = nil, named name: String,
    progress: some ProgressSink
  ) throws -> SecondMoments {
    try sums(text, limit: limit, named: name, progress: progress).moments
  }

  /// The sums over some documents, from which moments are taken one at a time.
  ///
  /// How the documents fall into batches follows from the text alone, so that a pass that was interrupted and
  /// goes on ends with the bits of one that was not.
  /// - Parameters:
  ///   - limit: how many documents at most; `nil` for all.
  ///   - earlier: where an earlier pass over the same text for the same layers came to; this one goes on.
  ///   - afterBatch: told of the sums as they are after each batch but the last.
  /// - Throws: ``EditingError/emptyCorpus(file:)``, ``TransformerError``, ``FileFailure``, and what
  ///   `afterBatch` throws.
  package func sums(
    _ text: Corpus, limit: Int?, named name: String, from earlier: MomentSums? = nil,
    progress: some ProgressSink, afterBatch: (MomentSums) throws -> Void = { _ in }
  ) throws -> MomentSums {
    let total = try text.documentCount(atMost: limit)
    var sums = earlier ?? MomentSums(layers: layers, order: model.architecture.innerWidth)
    let meter = MomentProgress(progress, depth: (layers.last ?? 0) + 1, documents: total)
    var batch: [[Int32]] = []
    var waiting = 0
    func addBatch() throws {
      meter.batchBegins(sums.documentCount, batch.count, tokens: sums.tokenCount + waiting)
      try add(batch, to: &sums, meter.blocksAreDone)
      (batch, waiting) = ([], 0)
    }
    var documents = text.documents()
    for _ in 0..<sums.position { _ = try documents.skip() }
    while limit.map({ sums.documentCount + batch.count < $0 }) ?? true,
      let document = try documents.next()
    {
      sums.position += 1
      let tokens = Array(
        tokenizer.encode(document).prefix(model.architecture.positionLimit))
      guard !tokens.isEmpty else { continue }
      batch.append(tokens)
      waiting += tokens.count
      if waiting >= Self.batchTokens {
        try addBatch()
        try afterBatch(sums)
      }
    }
    if !batch.isEmpty { try addBatch() }
    guard sums.documentCount > 0 else { throw EditingError.emptyCorpus(file: name) }
    meter.end()
    return sums
  }

  /// - Parameter onBlock: told how many blocks were run.
  private func add(
    _ documents: [[Int32]], to sums: inout MomentSums, _ onBlock: (Int) -> Void
  ) throws {
    var tree = TokenTree()
    // Owned nodes are never shared: a beginning that two documents share counts twice.
    for (index, tokens) in documents.enumerated() {
      _ = tree.insert(tokens, owner: Int32(index + 1), privateFrom: 0)
    }
    let pass = try ForwardPass(model, tree)
    for layer in layers {
      try pass.run(through: layer - 1, of: model) { onBlock(pass.nextLayer) }
      let keys = try pass.innerActivations(of: model, advancing: layer != layers.last)
      sums.add(keys.base, rows: keys.rows, layer: layer, model.workers)
      onBlock(layer + 1)
    }
    sums.documentCount += documents.count
    sums.tokenCount += tree.count
  }
}
