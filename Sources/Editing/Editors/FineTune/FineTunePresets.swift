package import Transformer

extension FineTuneHyperparameters {
  /// - Source: the MEMIT authors' files: FT-W for GPT-J with the law that the paper intends; FT-L for the
  ///   sizes of GPT-2, for which no FT-W was published.
  private static let presets: [ModelPreset<FineTuneHyperparameters>] = [
    ModelPreset(
      name: "GPT-J 6B", family: "gptj", layerCount: 28, width: 4096, innerWidth: 16384,
      values: .init(
        layers: [21], module: "transformer.h.{}", epochs: 25, learningRate: 5e-4,
        decay: .published, normConstraint: nil)),
    ModelPreset(
      name: "GPT-2 XL", family: "gpt2", layerCount: 48, width: 1600, innerWidth: 6400,
      values: constrained(5e-4)),
    ModelPreset(
      name: "GPT-2 large", family: "gpt2", layerCount: 36, width: 1280, innerWidth: 5120,
      values: constrained(1e-3)),
    ModelPreset(
      name: "GPT-2 medium", family: "gpt2", layerCount: 24, width: 1024, innerWidth: 4096,
      values: constrained(2e-3)),
  ]

  private static func constrained(_ bound: Double) -> FineTuneHyperparameters {
    .init(
      layers: [0], module: "transformer.h.{}.mlp.c_proj", epochs: 25, learningRate: 5e-4,
      decay: .fixed(0), normConstraint: bound)
  }

  /// The published hyperparameters of a model.
  ///
  /// - Throws: ``EditingError/noPreset(family:layers:width:known:)``.
  package static func preset(for architecture: ModelArchitecture) throws(EditingError)
    -> FineTuneHyperparameters
  {
    try ModelPreset.values(for: architecture, in: presets)
  }
}
