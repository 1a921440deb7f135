package import Checkpoint

extension MEMITHyperparameters {
  /// Keys of the authors' files that name modules or data: here the architecture and the statistics
  /// themselves say so, and the keys are accepted and have no effect.
  private static let redundantKeys: Set<String> = [
    "layer_selection", "mom2_adjustment", "rewrite_module_tmp", "layer_module_tmp",
    "mlp_module_tmp", "attn_module_tmp", "ln_f_module", "lm_head_module", "mom2_dataset",
    "mom2_n_samples", "mom2_dtype",
  ]

  /// Reads a file with the authors' key names.
  ///
  /// - Parameter layerCount: the model's blocks, for checks.
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)`` that names the key.
  package init(json: JSONValue, file: String, layerCount: Int) throws(EditingError) {
    guard case .object(let object) = json else {
      throw .unreadable(file: file, expected: "a JSON object of hyperparameters")
    }
    let reader = HyperparameterReader(object: object, file: file)
    let layers = try reader.layers(below: layerCount)
    try reader.require("fact_token", is: "subject_last")
    if let lossLayer = object["v_loss_layer"]?.integer, lossLayer != layerCount - 1 {
      throw .badHyperparameter(
        file: file, key: "v_loss_layer", found: "\(lossLayer)",
        expected: "\(layerCount - 1), the last block")
    }
    self.init(
      layers: layers,
      gradientSteps: try reader.integer("v_num_grad_steps", in: 1...10_000),
      learningRate: try reader.number("v_lr", in: 1e-9...1e3),
      weightDecay: try reader.number("v_weight_decay", in: 0...1e6),
      clampFactor: try reader.number("clamp_norm_factor", in: 1e-9...1e6),
      klFactor: try reader.number("kl_factor", in: 0...1e6),
      momentWeight: try reader.number("mom2_update_weight", in: 1e-12...1e15))
    let known: Set<String> = [
      "layers", "fact_token", "v_loss_layer", "v_num_grad_steps", "v_lr", "v_weight_decay",
      "clamp_norm_factor", "kl_factor", "mom2_update_weight",
    ]
    for member in object.members where !known.contains(member.key) {
      guard Self.redundantKeys.contains(member.key) else {
        throw .badHyperparameter(
          file: file, key: member.key, found: "an unknown key",
          expected: known.union(Self.redundantKeys).sorted().joined(separator: ", "))
      }
    }
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
