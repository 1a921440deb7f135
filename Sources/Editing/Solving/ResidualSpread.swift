package import Diagnostics
package import LinearAlgebra
package import Transformer

/// Spreads the residual between targets and present hidden states over the edited layers.
///
/// At each layer, ascending: the keys and the present hidden states under the weights edited so far, a
/// least-squares solve, and that layer's share of what is left.
/// - Source: MEMIT, arXiv 2210.07229, section 4.2 and algorithm 1.
package struct ResidualSpread {
  private let model: DecoderModel
  private let hyperparameters: MEMITHyperparameters
  private let moments: any SecondMomentSource

  /// Spreads over `hyperparameters.layers` with the second moments of `moments`.
  package init(
    _ model: DecoderModel, _ hyperparameters: MEMITHyperparameters,
    _ moments: any SecondMomentSource
  ) {
    self.model = model
    self.hyperparameters = hyperparameters
    self.moments = moments
  }

  /// The updates that bring the requests' hidden states to their targets.
  ///
  /// - Parameters:
  ///   - requests: tokens of each request, in the order of the targets' columns.
  ///   - targets: z, `[d, n]`.
  ///   - weights: the weight of each context in a mean key.
  /// - Throws: ``EditingError/momentNotDefinite(layer:tokens:dimensions:)``, ``TransformerError``.
  package func updates(
    _ requests: [RequestTokens], targets: Matrix<Double>, weights: [Double],
    progress: some ProgressSink
  ) throws -> [LayerUpdate] {
    let architecture = model.architecture
    let layers = hyperparameters.layers
    guard let first = layers.first, let last = layers.last else { return [] }
    var current = model
    let ranges = RequestChunk.ranges(of: requests, model, bytes: hyperparameters.batchBytes)
    let chunks = try ranges.map { try RequestChunk(model, requests[$0], weights: weights) }
    for chunk in chunks where first > 0 { try chunk.advance(through: first - 1, current) }

    var updates: [LayerUpdate] = []
    for (index, layer) in layers.enumerated() {
      progress.report(ProgressEvent(.keys, done: index, total: layers.count))
      var keys = Matrix<Double>(rows: architecture.innerWidth, columns: requests.count)
      var hidden = Matrix<Double>(rows: architecture.width, columns: requests.count)
      for (range, chunk) in zip(ranges, chunks) {
        try chunk.writeKeys(current, to: &keys, start: range.lowerBound)
        try chunk.writeHidden(after: last, current, to: &hidden, start: range.lowerBound)
      }
      let share = Double(layers.count - index)
      var residual = hidden
      for i in residual.storage.indices {
        // The authors subtract in float32 and divide in float64.
        let gap = Float(targets.storage[i]) - Float(hidden.storage[i])
        residual.storage[i] = Double(gap) / share
      }
      let solver = try moments.solver(layer: layer, weight: hyperparameters.momentWeight)
      let update = LayerUpdate(
        layer: layer, tensor: architecture.editedWeight(layer: layer), keys: keys,
        adjustedKeys: try solver.solve(keys: keys), residual: residual,
        keySide: architecture.editedKeySide(layer: layer))
      updates.append(update)
      if layer != last {
        let (rows, columns) = (update.left.rows, update.right.rows)
        let weight = try current.matrix(named: update.tensor, rows: rows, columns: columns)
        current = current.replacing([update.tensor: update.adding(to: weight)])
        let next = layers[index + 1]
        for chunk in chunks { try chunk.advance(through: next - 1, current) }
      }
    }
    progress.report(ProgressEvent(.keys, done: layers.count, total: layers.count))
    return updates
  }
}

extension ModelArchitecture {
  /// Which extent of a layer's edited matrix its keys run along.
  func editedKeySide(layer: Int) -> LayerUpdate.KeySide {
    blocks[layer].down.layout == .inputsByOutputs ? .rows : .columns
  }
}
