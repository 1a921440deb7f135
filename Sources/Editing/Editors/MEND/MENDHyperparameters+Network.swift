package import Transformer

extension MENDHyperparameters {
  /// Bytes that the largest tensors of an editor take: U and V of each layer of each shape.
  func leastBytes(for model: ModelArchitecture) -> Int {
    shapes(of: matrices(of: model)).reduce(0) { sum, shape in
      sum + (hiddenLayers + 1) * 2 * shape.width * min(rank, shape.width) * 4
    }
  }

  /// How many numbers an editor learns.
  func parameterCount(for model: ModelArchitecture) -> Int {
    let matrices = matrices(of: model)
    // U and V of each shape, its bias, and scale and shift of each matrix; the matrices' rates.
    let layer =
      shapes(of: matrices).reduce(0) { $0 + 2 * $1.width * min(rank, $1.width) + $1.width }
      + matrices.reduce(0) { $0 + 2 * ($1.inputs + $1.outputs) }
    return (hiddenLayers + 1) * layer + matrices.count
  }

  private func shapes(of matrices: [EditedMatrix]) -> Set<GradientTransform.Shape> {
    Set(matrices.map { GradientTransform.Shape(inputs: $0.inputs, outputs: $0.outputs) })
  }

  /// An untrained network for a model.
  package func network(for model: ModelArchitecture) -> MENDNetwork {
    MENDNetwork(
      matrices(of: model), rank: rank, layers: hiddenLayers + 1, editRate: editRate, seed: seed)
  }
}
