package import Checkpoint
package import Transformer

/// AlphaEdit's hyperparameters: MEMIT's, with a null space in the place of λ.
package struct AlphaEditHyperparameters: Sendable, Equatable {
  /// Layers and targets as in MEMIT; its λ is not used.
  package var memit: MEMITHyperparameters
  /// Eigenvalues of the second moment below it count as none (`nullspace_threshold`).
  package var threshold: Double
  /// L₂, the weight of the change's own size (`L2`).
  package var ridge: Double

  /// All values given.
  package init(memit: MEMITHyperparameters, threshold: Double, ridge: Double) {
    self.memit = memit
    self.threshold = threshold
    self.ridge = ridge
  }

  /// What keeps ordinary text as it is.
  package var preservation: Preservation { .nullSpace(threshold: threshold, ridge: ridge) }

  /// Reads a file with the authors' key names.
  ///
  /// - Parameter layerCount: the model's blocks, for checks.
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)`` that names the key.
  package init(json: JSONValue, file: String, layerCount: Int) throws(EditingError) {
    let reader = try HyperparameterReader(
      json, file: file, keys: MEMITHyperparameters.keys.union(["nullspace_threshold", "L2"]))
    self.init(
      memit: try MEMITHyperparameters(reader, layerCount: layerCount, momentWeight: 1),
      threshold: try reader.number("nullspace_threshold", in: 1e-300...1e300),
      ridge: try reader.number("L2", in: 1e-12...1e12))
  }

  /// The values under the authors' key names, as `init(json:file:layerCount:)` reads them.
  package var json: [(key: String, value: JSONValue)] {
    memit.json.filter { $0.key != "mom2_update_weight" } + [
      ("nullspace_threshold", .number(threshold)), ("L2", .number(ridge)),
    ]
  }

  /// The published hyperparameters of a model.
  ///
  /// - Source: the AlphaEdit authors' files, which have MEMIT's values beside these two; EasyEdit's for Qwen2.
  /// - Throws: ``EditingError/noPreset(family:layers:width:known:)``.
  package static func preset(for architecture: ModelArchitecture) throws(EditingError)
    -> AlphaEditHyperparameters
  {
    try ModelPreset.values(for: architecture, in: presets)
  }

  private static var presets: [ModelPreset<AlphaEditHyperparameters>] {
    let ridges = ["GPT-J 6B": 10.0, "GPT-2 XL": 10, "Llama 3 8B": 10, "Qwen2 7B": 1]
    return MEMITHyperparameters.presets.compactMap { preset in
      ridges[preset.name].map { ridge in
        ModelPreset(
          name: preset.name, family: preset.family, layerCount: preset.layerCount,
          width: preset.width, innerWidth: preset.innerWidth,
          values: AlphaEditHyperparameters(memit: preset.values, threshold: 0.02, ridge: ridge))
      }
    }
  }
}
