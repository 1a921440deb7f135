package import Transformer

extension FineTuneHyperparameters {
  /// Hyperparameters that were published for a model, recognised by its shape.
  private struct Preset {
    let name: String
    let family: String
    let layerCount: Int
    let width: Int
    let values: FineTuneHyperparameters
  }

  /// - Source: the MEMIT authors' files: FT-W for GPT-J with the law that the paper intends; FT-L for the
  ///   sizes of GPT-2, for which no FT-W was published.
  private static let presets: [Preset] = [
    Preset(
      name: "GPT-J 6B", family: "gptj", layerCount: 28, width: 4096,
      values: .init(
        layers: [21], module: "transformer.h.{}", epochs: 25, learningRate: 5e-4,
        decay: .published, normConstraint: nil)),
    Preset(
      name: "GPT-2 XL", family: "gpt2", layerCount: 48, width: 1600, values: constrained(5e-4)),
    Preset(
      name: "GPT-2 large", family: "gpt2", layerCount: 36, width: 1280, values: constrained(1e-3)),
    Preset(
      name: "GPT-2 medium", family: "gpt2", layerCount: 24, width: 1024, values: constrained(2e-3)),
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
    let preset = presets.first {
      $0.family == architecture.family && $0.layerCount == architecture.layerCount
        && $0.width == architecture.width
    }
    guard let preset else {
      throw .noPreset(
        family: architecture.family, layers: architecture.layerCount, width: architecture.width,
        known: presets.map(\.name))
    }
    return preset.values
  }
}
