extension ModelArchitecture.Linear {
  /// One matrix.
  init(
    _ name: String, bias: Bool, _ layout: ModelArchitecture.Layout, outputs: Int, inputs: Int
  ) {
    self.init(
      weights: [name + ".weight"], biases: bias ? [name + ".bias"] : [], layout: layout,
      outputs: [outputs], inputs: inputs)
  }
}

extension ModelArchitecture.Norm {
  /// A layer norm's gain and bias.
  init(layerNorm name: String) { self.init(gain: name + ".weight", bias: name + ".bias") }
}
