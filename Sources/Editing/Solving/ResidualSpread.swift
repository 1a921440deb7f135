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

  /// The updates that bring the groups' hidden states to their targets.
  ///
  /// - Parameters:
  ///   - groups: in the order of the targets' columns.
  ///   - targets: z, `[d, n]`.
  ///   - protected: requests edited before; their keys enter the least squares with no residual, so
  ///     that what they say changes as little as ordinary text does.
  ///   - keep: makes of each layer's update what is wanted of it: of thousands of groups, the keys of one layer
  ///     are as much as should be held.
  /// - Throws: ``EditingError/momentNotDefinite(layer:tokens:dimensions:)``, ``TransformerError``, what `keep`
  ///   throws.
  package func updates<Kept>(
    _ groups: [RequestGroup], targets: Matrix<Double>, protecting protected: [RequestGroup],
    progress: some ProgressSink, keeping keep: (LayerUpdate) throws -> Kept
  ) throws -> [Kept] {
    func passing(_ groups: [RequestGroup]) -> PassingRequests {
      PassingRequests(
        model, groups, bytes: standingBytes, chunkBytes: hyperparameters.batchBytes / 2)
    }
    return try spread(
      passing(groups), targets: targets,
      protecting: protected.isEmpty ? nil : passing(protected), progress: progress, keeping: keep)
  }

  /// Memory that requests may take between two layers; those of a batch as well as those before it.
  var standingBytes: Int { hyperparameters.batchBytes / 4 }

  /// The updates of requests.
  func spread<Kept>(
    _ own: PassingRequests, targets: Matrix<Double>, protecting history: PassingRequests?,
    progress: some ProgressSink, keeping keep: (LayerUpdate) throws -> Kept
  ) throws -> [Kept] {
    let architecture = model.architecture
    let layers = hyperparameters.layers
    guard let last = layers.last else { return [] }
    var current = model
    var change: Matrix<Float>?
    var kept: [Kept] = []
    for (index, layer) in layers.enumerated() {
      progress.report(ProgressEvent(.keys, done: index, total: layers.count))
      var keys = Matrix<Double>(rows: architecture.innerWidth, columns: own.count)
      var hidden = Matrix<Double>(rows: architecture.width, columns: own.count)
      try own.forEach(at: layer, current, change: change, isLast: layer == last) {
        try $0.writeKeys(current, to: &keys, start: $1)
        try $0.writeHidden(after: last, current, to: &hidden, start: $1)
      }
      let update = LayerUpdate(
        layer: layer, tensor: architecture.editedWeight(layer: layer), keys: keys,
        adjustedKeys: try preservation.adjust(
          keys,
          protected: history?.keys(at: layer, current, change: change, isLast: layer == last),
          layer: layer, moments),
        residual: share(of: targets, hidden: hidden, among: layers.count - index),
        keySide: architecture.editedKeySide(layer: layer))
      kept.append(try keep(update))
      if layer != last {
        current = try current.adding([TensorChange(update)])
        // An edited projection does not change again.
        change = try change ?? own.changeOfKeptBlock(to: current)
      }
    }
    progress.report(ProgressEvent(.keys, done: layers.count, total: layers.count))
    return kept
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
