package import Diagnostics
package import Files
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

  /// The moments over some documents, each alone from position 0, behind what the tokenizer puts in front of a text, and
  /// cut at the model's context.
  ///
  /// - Parameter limit: how many documents at most; `nil` for all.
  /// - Throws: ``EditingError/emptyCorpus(file:)``, ``TransformerError``, ``FileFailure``.
  package func collect(
    _ text: Corpus, limit: Int? = nil, named name: String,
    progress: some ProgressSink
  ) throws -> SecondMoments {
    try sums(text, limit: limit, named: name, progress: progress).moments
  }

  /// The most tokens that are read of one of the first `limit` documents of a text.
  package static func longest(
    of text: Corpus, atMost limit: Int?, _ tokenizer: BytePairTokenizer, positionLimit: Int
  ) throws(FileFailure) -> Int {
    var documents = text.documents()
    var (count, longest) = (0, 0)
    while longest < positionLimit, limit.map({ count < $0 }) ?? true,
      // A document of fewer bytes has fewer tokens, too.
      let tokens = try documents.next({
        $0.count < longest ? 0 : beginning(of: $0, tokenizer, positionLimit).count
      })
    {
      longest = max(longest, tokens)
      count += 1
    }
    return longest
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
    let front = tokenizer.encode("", specialTokens: .prompt).count
    var documents = text.documents()
    for _ in 0..<sums.position { _ = try documents.skip() }
    while limit.map({ sums.documentCount + batch.count < $0 }) ?? true,
      let tokens = try documents.next({
        Self.beginning(of: $0, tokenizer, model.architecture.positionLimit)
      })
    {
      sums.position += 1
      guard tokens.count > front else { continue }
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

  /// The tokens of a document, as many as a model of so many positions reads. Of a long one no more is taken than they need: a text without
  /// any boundary is one document.
  private static func beginning(
    of document: UnsafeRawBufferPointer, _ tokenizer: BytePairTokenizer, _ limit: Int
  ) -> [Int32] {
    // A token has some four bytes; tokens at the cut, which are not those of the whole, are far behind the limit.
    var length = 16 * limit + 4096
    while true {
      let tokens = tokenizer.encode(
        String(decoding: document.prefix(length), as: UTF8.self), specialTokens: .prompt)
      if length >= document.count || tokens.count >= limit + 1024 {
        return Array(tokens.prefix(limit))
      }
      length *= 2
    }
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
