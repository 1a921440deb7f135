package import Transformer

extension ROMEHyperparameters {
  /// The published hyperparameters of a model.
  ///
  /// - Source: the ROME authors' files; they differ in layer and clamp alone.
  /// - Throws: ``EditingError/noPreset(family:layers:width:known:)``.
  package static func preset(for architecture: ModelArchitecture) throws(EditingError)
    -> ROMEHyperparameters
  {
    try ModelPreset.values(for: architecture, in: presets)
  }

  static let presets: [ModelPreset<ROMEHyperparameters>] = [
    preset("GPT-2 medium", "gpt2", 24, 1024, 4096, layer: 8, clamp: 3),
    preset("GPT-2 large", "gpt2", 36, 1280, 5120, layer: 12, clamp: 4),
    preset("GPT-2 XL", "gpt2", 48, 1600, 6400, layer: 17, clamp: 4),
    preset("GPT-J 6B", "gptj", 28, 4096, 16384, layer: 5, clamp: 4),
    preset("GPT-NeoX 20B", "gpt_neox", 44, 6144, 24576, layer: 15, clamp: 4),
  ]

  private static func preset(
    _ name: String, _ family: String, _ layerCount: Int, _ width: Int, _ innerWidth: Int,
    layer: Int, clamp: Double
  ) -> ModelPreset<ROMEHyperparameters> {
    ModelPreset(
      name: name, family: family, layerCount: layerCount, width: width, innerWidth: innerWidth,
      values: ROMEHyperparameters(
        layer: layer,
        target: TargetSettings(
          gradientSteps: 20, learningRate: 0.5, weightDecay: 0.5, clampFactor: clamp,
          klFactor: 0.0625)))
  }
}
