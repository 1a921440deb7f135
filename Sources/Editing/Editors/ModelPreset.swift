internal import Transformer

/// Hyperparameters that were published for a model, recognised by its shape.
struct ModelPreset<Values: Sendable>: Sendable {
  let name: String
  let family: String
  let layerCount: Int
  let width: Int
  let innerWidth: Int
  let values: Values

  /// The values for a model.
  ///
  /// - Throws: ``EditingError/noPreset(family:layers:width:known:)``.
  static func values(for model: ModelArchitecture, in presets: [ModelPreset]) throws(EditingError)
    -> Values
  {
    let preset = presets.first {
      $0.family == model.family && $0.layerCount == model.layerCount && $0.width == model.width
        && $0.innerWidth == model.innerWidth
    }
    guard let preset else {
      throw .noPreset(
        family: model.family, layers: model.layerCount, width: model.width,
        known: presets.map(\.name))
    }
    return preset.values
  }
}
