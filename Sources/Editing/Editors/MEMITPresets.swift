package import Transformer

extension MEMITHyperparameters {
  /// - Source: the MEMIT authors' files for GPT-J and GPT-2 XL; PMET's repository for GPT-NeoX;
  ///   AlphaEdit's for Llama 3; EasyEdit's for Llama 2 and Qwen2.
  static let presets: [ModelPreset<MEMITHyperparameters>] = [
    ModelPreset(
      name: "GPT-J 6B", family: "gptj", layerCount: 28, width: 4096, innerWidth: 16384,
      values: .init(
        layers: [3, 4, 5, 6, 7, 8],
        target: TargetSettings(
          gradientSteps: 25, learningRate: 0.5, weightDecay: 0.5,
          clampFactor: 0.75, klFactor: 0.0625), momentWeight: 15000)),
    ModelPreset(
      name: "GPT-2 XL", family: "gpt2", layerCount: 48, width: 1600, innerWidth: 6400,
      values: .init(
        layers: [13, 14, 15, 16, 17],
        target: TargetSettings(
          gradientSteps: 20, learningRate: 0.5, weightDecay: 0.5,
          clampFactor: 0.75, klFactor: 0.0625), momentWeight: 20000)),
    ModelPreset(
      name: "GPT-NeoX 20B", family: "gpt_neox", layerCount: 44, width: 6144, innerWidth: 24576,
      values: .init(
        layers: [6, 7, 8, 9, 10],
        target: TargetSettings(
          gradientSteps: 20, learningRate: 0.5, weightDecay: 0.5,
          clampFactor: 0.8, klFactor: 0.0625), momentWeight: 6000)),
    ModelPreset(
      name: "Llama 3 8B", family: "llama", layerCount: 32, width: 4096, innerWidth: 14336,
      values: .init(
        layers: [4, 5, 6, 7, 8],
        target: TargetSettings(
          gradientSteps: 25, learningRate: 0.1, weightDecay: 0.5,
          clampFactor: 0.75, klFactor: 0.0625), momentWeight: 15000)),
    ModelPreset(
      name: "Llama 2 7B", family: "llama", layerCount: 32, width: 4096, innerWidth: 11008,
      values: .init(
        layers: [4, 5, 6, 7, 8],
        target: TargetSettings(
          gradientSteps: 25, learningRate: 0.5, weightDecay: 1e-3,
          clampFactor: 4, klFactor: 0.0625), momentWeight: 15000)),
    ModelPreset(
      name: "Qwen2 7B", family: "qwen2", layerCount: 28, width: 3584, innerWidth: 18944,
      values: .init(
        layers: [4, 5, 6, 7, 8],
        target: TargetSettings(
          gradientSteps: 25, learningRate: 0.5, weightDecay: 1e-3,
          clampFactor: 4, klFactor: 0.0625), momentWeight: 15000)),
  ]

  /// The published hyperparameters of a model.
  ///
  /// - Throws: ``EditingError/noPreset(family:layers:width:known:)``.
  package static func preset(for architecture: ModelArchitecture) throws(EditingError)
    -> MEMITHyperparameters
  {
    try ModelPreset.values(for: architecture, in: presets)
  }
}
