internal import LinearAlgebra
package import Transformer

/// Finds the prompts that a change moves most.
package struct PromptSearch {
  /// One layer's change, and the unit in which its responses are counted.
  package struct Layer: Sendable {
    /// The layer.
    let index: Int
    /// The change.
    let change: OrientedChange
    /// What counts as 1.
    let unit: Double
  }

  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  /// Tokens that run through the model together.
  private let batchTokens = 2048

  /// Searches with the keys of a model.
  package init(_ model: DecoderModel, _ tokenizer: BytePairTokenizer) {
    self.model = model
    self.tokenizer = tokenizer
  }

  /// The prompts with the largest response at any of their tokens, the largest first.
  ///
  /// - Parameter count: how many at most.
  /// - Throws: ``TransformerError``.
  package func strongest(
    _ prompts: [String], under layers: [Layer], count: Int
  ) throws -> [MovedSuspect] {
    let layers = layers.sorted { $0.index < $1.index }
    var found: [MovedSuspect] = []
    var batch: [(prompt: String, path: [Int32])] = []
    var tree = TokenTree()
    func finish() throws {
      guard !batch.isEmpty else { return }
      let responses = try responses(of: tree, under: layers)
      found += batch.map { prompt, path in
        MovedSuspect(
          prompt: prompt,
          response: path.map { responses[Int($0)] }.max().map { $0.squareRoot() } ?? 0)
      }
      found = Array(found.sorted { $0.response > $1.response }.prefix(count))
      (batch, tree) = ([], TokenTree())
    }
    var seen: Set<String> = []
    for prompt in prompts where seen.insert(prompt).inserted {
      let tokens = tokenizer.encode(prompt, specialTokens: .prompt)
        .prefix(model.architecture.positionLimit)
      guard !tokens.isEmpty else { continue }
      batch.append((prompt, tree.insert(tokens)))
      if tree.count >= batchTokens { try finish() }
    }
    try finish()
    return found
  }

  /// Σ over layers of (‖ΔW k‖ / unit)², of each token's key.
  private func responses(of tree: TokenTree, under layers: [Layer]) throws -> [Double] {
    var sums = [Double](repeating: 0, count: tree.count)
    let pass = try ForwardPass(model, tree)
    let nodes = Array(0..<Int32(tree.count))
    for layer in layers where layer.unit > 0 {
      if layer.index > 0 { try pass.run(through: layer.index - 1, of: model) }
      let keys = try pass.innerActivations(at: nodes, of: model)
      let inputs = Matrix<Double>(
        rows: keys.rows, columns: keys.columns,
        (0..<keys.rows * keys.columns).map { Double(keys.base[$0]) })
      let coordinates = Matrix.product(inputs, .none, layer.change.input, .none)
      let moved = Matrix.product(coordinates, .none, layer.change.core, .transposed)
      for row in 0..<moved.rows {
        sums[row] += moved.row(row).reduce(0) { $0 + $1 * $1 } / (layer.unit * layer.unit)
      }
    }
    return sums
  }
}
