package import Checkpoint

extension MEMITHyperparameters {
  /// Reads a file with the authors' key names.
  ///
  /// - Parameter layerCount: the model's blocks, for checks.
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)`` that names the key.
  package init(json: JSONValue, file: String, layerCount: Int) throws(EditingError) {
    let reader = try HyperparameterReader(json, file: file, keys: Self.keys)
    try self.init(reader, layerCount: layerCount)
  }

  /// The keys that say something; others name what the architecture or the statistics say themselves.
  static let keys: Set<String> = [
    "layers", "fact_token", "v_loss_layer", "v_num_grad_steps", "v_lr", "v_weight_decay",
    "clamp_norm_factor", "kl_factor", "mom2_update_weight",
  ]

  /// Takes MEMIT's values from a file that may have more.
  ///
  /// - Parameter momentWeight: for a method that has no λ; otherwise the file says it.
  init(_ reader: HyperparameterReader, layerCount: Int, momentWeight: Double? = nil)
    throws(EditingError)
  {
    let layers = try reader.layers(below: layerCount)
    try reader.require("fact_token", is: "subject_last")
    try reader.requireLastBlock("v_loss_layer", of: layerCount)
    let weight: Double
    if let momentWeight {
      weight = momentWeight
    } else {
      weight = try reader.number("mom2_update_weight", in: 1e-12...1e15)
    }
    self.init(
      layers: layers,
      gradientSteps: try reader.integer("v_num_grad_steps", in: 1...10_000),
      learningRate: try reader.number("v_lr", in: 1e-9...1e3),
      weightDecay: try reader.number("v_weight_decay", in: 0...1e6),
      clampFactor: try reader.number("clamp_norm_factor", in: 1e-9...1e6),
      klFactor: try reader.number("kl_factor", in: 0...1e6),
      momentWeight: weight)
  }

  /// The values under the authors' key names, as `init(json:file:layerCount:)` reads them.
  package var json: [(key: String, value: JSONValue)] {
    [
      ("layers", .array(layers.map { .integer($0) })),
      ("v_num_grad_steps", .integer(gradientSteps)),
      ("v_lr", .number(learningRate)),
      ("v_weight_decay", .number(weightDecay)),
      ("clamp_norm_factor", .number(clampFactor)),
      ("kl_factor", .number(klFactor)),
      ("mom2_update_weight", .number(momentWeight)),
    ]
  }
}
