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
  private let preservation: Preservation

  /// Spreads over `hyperparameters.layers` with the second moments of `moments`.
  ///
  /// - Parameter preservation: how ordinary text is kept; MEMIT's way where it is `nil`.
  package init(
    _ model: DecoderModel, _ hyperparameters: MEMITHyperparameters,
    _ moments: any SecondMomentSource, preserving preservation: Preservation? = nil
  ) {
    self.preservation = preservation ?? .weighing(hyperparameters.momentWeight)
    self.model = model
    self.hyperparameters = hyperparameters
    self.moments = moments
  }

  /// The updates for requests that are each a group of their own; see below.
  package func updates(
    _ requests: [RequestTokens], targets: Matrix<Double>, weights: [Double],
    progress: some ProgressSink
  ) throws -> [LayerUpdate] {
    try updates(
      requests.enumerated().map {
        RequestGroup(name: "request \($0)", requests: [$1], keyWeights: weights)
      }, targets: targets, protecting: [], progress: progress)
  }

  /// The updates that bring the groups' hidden states to their targets.
  ///
  /// - Parameters:
  ///   - groups: in the order of the targets' columns.
  ///   - targets: z, `[d, n]`.
  ///   - protected: requests edited before; their keys enter the least squares with no residual, so
  ///     that what they say changes as little as ordinary text does.
  /// - Throws: ``EditingError/momentNotDefinite(layer:tokens:dimensions:)``, ``TransformerError``.
  package func updates(
    _ groups: [RequestGroup], targets: Matrix<Double>, protecting protected: [RequestGroup],
    progress: some ProgressSink
  ) throws -> [LayerUpdate] {
    let own = try ChunkedRequests(model, groups, bytes: hyperparameters.batchBytes)
    if let first = hyperparameters.layers.first, first > 0 {
      try own.advance(through: first - 1, model)
    }
    return try spread(
      own, targets: targets,
      protecting: protected.isEmpty
        ? nil : ProtectedRequests(model, protected, bytes: hyperparameters.batchBytes),
      progress: progress)
  }

  /// The updates of requests that stand at the first edited layer already.
  func spread(
    _ own: ChunkedRequests, targets: Matrix<Double>, protecting history: ProtectedRequests?,
    progress: some ProgressSink
  ) throws -> [LayerUpdate] {
    let architecture = model.architecture
    let layers = hyperparameters.layers
    guard let last = layers.last else { return [] }
    var current = model
    var change: Matrix<Float>?
    var updates: [LayerUpdate] = []
    for (index, layer) in layers.enumerated() {
      progress.report(ProgressEvent(.keys, done: index, total: layers.count))
      let keys = try own.keys(current)
      let residual = try share(
        of: targets, hidden: own.hidden(after: last, current), among: layers.count - index)
      let update = LayerUpdate(
        layer: layer, tensor: architecture.editedWeight(layer: layer), keys: keys,
        adjustedKeys: try preservation.adjust(
          keys,
          protected: history?.keys(at: layer, current, change: change, isLast: layer == last),
          layer: layer, moments),
        residual: residual, keySide: architecture.editedKeySide(layer: layer))
      updates.append(update)
      if layer != last {
        let (rows, columns) = (update.left.rows, update.right.rows)
        let weight = try current.matrix(named: update.tensor, rows: rows, columns: columns)
        current = current.replacing([update.tensor: update.adding(to: weight)])
        change = try own.changeOfKeptBlock(to: current) ?? change
        try own.advance(through: layers[index + 1] - 1, current, change: change)
      }
    }
    progress.report(ProgressEvent(.keys, done: layers.count, total: layers.count))
    return updates
  }

  /// (z − present) / remaining layers, `[d, n]`.
  private func share(of targets: Matrix<Double>, hidden: Matrix<Double>, among layers: Int)
    -> Matrix<Double>
  {
    var residual = hidden
    for i in residual.storage.indices {
      // The authors subtract in float32 and divide in float64.
      let gap = Float(targets.storage[i]) - Float(hidden.storage[i])
      residual.storage[i] = Double(gap) / Double(layers)
    }
    return residual
  }
}

extension ModelArchitecture {
  /// Which extent of a layer's edited matrix its keys run along.
  package func editedKeySide(layer: Int) -> LayerUpdate.KeySide {
    blocks[layer].down.layout == .inputsByOutputs ? .rows : .columns
  }
}
