internal import Transformer

/// The rows of (u, δ) that a model's own loss on some texts gives.
struct MENDRows {
  private let model: DecoderModel
  private let network: MENDNetwork
  private let lowest: Int

  init(_ model: DecoderModel, _ network: MENDNetwork, lowest: Int) {
    self.model = model
    self.network = network
    self.lowest = lowest
  }

  /// For each text, the rows of each matrix, those with nothing in them left out.
  ///
  /// The loss is the sum of the texts' losses: each text's rows are what it would give alone, so that an edit
  /// of many facts meets the transform as one of the facts it was trained on.
  func joined(_ texts: [TrainingText]) throws -> [[FloatRows]] {
    let pass = try GradientPass(
      model, texts.map(\.tokens), outputs: texts.map(\.outputs), from: lowest)
    let hidden = try pass.forward(model)
    let loss = LabelLoss(texts).gradient(hidden, try LanguageModelHead(model), scale: 1)
    for (value, text) in zip(loss.losses, texts) where !value.isFinite {
      throw EditingError.lossNotFinite(fact: text.name, .beforeEdit)
    }
    let tokens = TokenGradients(network.matrices.map(\.name))
    try pass.backward(loss.gradient, to: tokens)
    let lastBlock = model.architecture.blocks[model.architecture.layerCount - 1]
    let lastMatrices = Set(lastBlock.up.weights + lastBlock.down.weights)
    return texts.indices.map { index in
      network.matrices.map { matrix in
        guard let rows = tokens.rows[matrix.name] else {
          return FloatRows(rows: 0, columns: matrix.inputs + matrix.outputs)
        }
        // The last block has rows at the labels alone.
        let counts = texts.map {
          lastMatrices.contains(matrix.name) ? $0.outputs.count : $0.tokens.count
        }
        let start = counts[..<index].reduce(0, +)
        let range = start..<start + counts[index]
        return RowNormaliser.joined(
          TokenGradients.Rows(
            inputs: rows.inputs.copy(rows: range), gradients: rows.gradients.copy(rows: range)))
      }
    }
  }
}
