internal import LinearAlgebra

/// Whole sequences forward and backward through the blocks from a layer up: the gradients of weights.
///
/// What lies below the first block whose weights change is run once; every forward step starts from
/// there, and no gradient goes below it.
package final class GradientPass {
  /// The first block that steps run.
  package let layer: Int

  private let tree: TokenTree
  private let outputs: [Int32]
  /// The input of block `layer`, `[tokens, d]`, sequence after sequence.
  package let input: FloatRows
  private let nodes: [Int32]
  private let rotary: RotaryTable?
  private var blocks: [BlockPass] = []
  private var model: DecoderModel?

  /// Runs the blocks below `layer`.
  ///
  /// - Parameters:
  ///   - sequences: the tokens; each sequence has its own rows, whatever beginnings they share.
  ///   - outputs: for each sequence, the positions whose final hidden states are wanted, ascending.
  ///   - inputs: the input of block `layer` for each token, `[tokens, d]`, where it is known already; see
  ///     ``input``.
  /// - Throws: ``TransformerError`` where a sequence has no token, or too many.
  package init(
    _ model: DecoderModel, _ sequences: [[Int32]], outputs: [[Int]], from layer: Int,
    inputs: FloatRows? = nil
  ) throws {
    precondition(sequences.count == outputs.count, "outputs of other sequences")
    var tree = TokenTree()
    var rows: [Int32] = []
    for (index, sequence) in sequences.enumerated() {
      guard !sequence.isEmpty else { throw TransformerError.emptyText }
      // One owner a sequence: its runs' gradients meet in no other's.
      let path = tree.insert(sequence, owner: Int32(index + 1), privateFrom: 0)
      rows += outputs[index].map { path[$0] }
    }
    self.tree = tree
    self.layer = layer
    self.outputs = rows
    nodes = Array(0..<Int32(tree.count))
    if let inputs {
      precondition(inputs.rows == tree.count, "\(inputs.rows) inputs for \(tree.count) tokens")
      input = inputs
    } else {
      let below = try ForwardPass(model, tree)
      try below.run(through: layer - 1, of: model)
      input = below.hidden
    }
    rotary = model.architecture.rotary.map { RotaryTable($0, last: Int(tree.positions.max() ?? 0)) }
  }

  /// The final hidden states at the outputs, `[outputs, d]`, sequence after sequence.
  ///
  /// - Parameter model: the same below `layer` as when this was made. Tensors put in its place may be
  ///   written to between steps.
  package func forward(_ model: DecoderModel) throws -> FloatRows {
    if blocks.isEmpty || self.model !== model { try build(model) }
    for block in blocks { try block.forward(store: nil) }
    return blocks[blocks.count - 1].output
  }

  /// Tells of the gradients of weights, after a ``forward(_:)``.
  ///
  /// - Parameter dOutput: the gradient with respect to what ``forward(_:)`` returned.
  package func backward(_ dOutput: FloatRows, to gradients: WeightGradients) throws {
    try backward(dOutput, observer: gradients)
  }

  /// Tells of the rows that gradients are made of, after a ``forward(_:)``.
  package func backward(_ dOutput: FloatRows, to gradients: TokenGradients) throws {
    try backward(dOutput, observer: gradients)
  }

  /// Lets go of the blocks' buffers; the next step makes new ones.
  package func release() {
    blocks = []
    model = nil
  }

  private func backward(_ dOutput: FloatRows, observer: any ParameterObserver) throws {
    precondition(!blocks.isEmpty, "a step backward without one forward")
    var gradient = dOutput
    for (index, block) in blocks.enumerated().reversed() {
      gradient = try block.gradient(
        gradient, store: nil, observer: observer, wantsInput: index > 0)
    }
  }

  private func build(_ model: DecoderModel) throws {
    let last = model.architecture.layerCount - 1
    let full = AttentionPlan(nodes: nodes, tree: tree)
    let final = AttentionPlan(nodes: nodes, tree: tree, needed: outputs)
    blocks = []
    for index in layer...last {
      blocks.append(
        try BlockPass(
          model, layer: index, plan: index == last ? final : full, rotary: rotary,
          input: blocks.last?.output ?? input, needed: index == last ? outputs : nil,
          takesGradient: true))
    }
    self.model = model
  }
}
