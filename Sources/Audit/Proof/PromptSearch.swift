internal import LinearAlgebra
package import Transformer

/// Finds the prompts that a change moves most, layer after layer: none has to be held for the next.
package final class PromptSearch {
  /// One layer's change, and the unit in which its responses are counted.
  package struct Layer: Sendable {
    /// The layer.
    let index: Int
    /// The change.
    let change: OrientedChange
    /// What counts as 1.
    let unit: Double
  }

  /// Prompts that run through the model together, and what their tokens' responses are so far: the sum over layers of
  /// (‖ΔW k‖ / unit)².
  private struct Batch {
    let prompts: [(text: String, path: [Int32])]
    let tree: TokenTree
    var pass: ForwardPass
    var responses: [Double]
  }

  private let model: DecoderModel
  private var batches: [Batch] = []
  private static let batchTokens = 2048

  /// Searches some prompts with the keys of a model; what lies beyond its context is left out.
  ///
  /// - Throws: ``TransformerError``.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ prompts: [String]
  ) throws {
    self.model = model
    var batch: [(text: String, path: [Int32])] = []
    var tree = TokenTree()
    func finish() throws {
      guard !batch.isEmpty else { return }
      batches.append(
        Batch(
          prompts: batch, tree: tree, pass: try ForwardPass(model, tree),
          responses: Array(repeating: 0, count: tree.count)))
      (batch, tree) = ([], TokenTree())
    }
    var seen: Set<String> = []
    for prompt in prompts where seen.insert(prompt).inserted {
      let tokens = tokenizer.encode(prompt, specialTokens: .prompt)
        .prefix(model.architecture.positionLimit)
      guard !tokens.isEmpty else { continue }
      batch.append((prompt, tree.insert(tokens)))
      if tree.count >= Self.batchTokens { try finish() }
    }
    try finish()
  }

  /// Takes in what the change of a layer does; going up, each block is run once.
  ///
  /// - Throws: ``TransformerError``.
  package func add(_ layer: Layer) throws {
    guard layer.unit > 0 else { return }
    let core = layer.change.core
    for index in batches.indices {
      let tree = batches[index].tree
      if batches[index].pass.nextLayer > layer.index {
        batches[index].pass = try ForwardPass(model, tree)
      }
      let pass = batches[index].pass
      if layer.index > 0 { try pass.run(through: layer.index - 1, of: model) }
      let keys = try pass.innerActivations(at: Array(0..<Int32(tree.count)), of: model)
      let inputs = Matrix<Double>(
        rows: keys.rows, columns: keys.columns,
        (0..<keys.rows * keys.columns).map { Double(keys.base[$0]) })
      let coordinates = Matrix.product(inputs, .none, layer.change.input, .none)
      let moved = Matrix.product(coordinates, .none, core, .transposed)
      for row in 0..<moved.rows {
        batches[index].responses[row] +=
          moved.row(row).reduce(0) { $0 + $1 * $1 } / (layer.unit * layer.unit)
      }
    }
  }

  /// The prompts with the largest response at any of their tokens, the largest first.
  ///
  /// - Parameter count: how many at most.
  package func strongest(_ count: Int) -> [MovedSuspect] {
    let found = batches.flatMap { batch in
      batch.prompts.map { text, path in
        MovedSuspect(
          prompt: text,
          response: path.map { batch.responses[Int($0)] }.max().map { $0.squareRoot() } ?? 0)
      }
    }
    return Array(found.sorted { $0.response > $1.response }.prefix(count))
  }
}
