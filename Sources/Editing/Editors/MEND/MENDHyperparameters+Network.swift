package import Transformer

extension MENDHyperparameters {
  /// Bytes that the largest tensors of an editor take: U and V of each layer of each shape.
  func leastBytes(for model: ModelArchitecture) -> Int {
    let widths = Set(
      matrices(of: model).map { GradientTransform.Shape(inputs: $0.inputs, outputs: $0.outputs) })
    return widths.reduce(0) { sum, shape in
      sum + (hiddenLayers + 1) * 2 * shape.width * min(rank, shape.width) * 4
    }
  }

  /// An untrained network for a model.
  package func network(for model: ModelArchitecture) -> MENDNetwork {
    MENDNetwork(
      matrices(of: model), rank: rank, layers: hiddenLayers + 1, editRate: editRate, seed: seed)
  }
}
