package import Checkpoint

extension ROMEHyperparameters {
  /// Reads a file with the authors' key names, and `rome.denominator`: `averaged` or `bare`.
  ///
  /// - Parameter layerCount: the model's blocks, for checks.
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)`` that names the key.
  package init(json: JSONValue, file: String, layerCount: Int) throws(EditingError) {
    let reader = try HyperparameterReader(
      json, file: file,
      keys: [
        "layers", "fact_token", "v_loss_layer", "v_num_grad_steps", "v_lr", "v_weight_decay",
        "clamp_norm_factor", "kl_factor", "mom2_adjustment", "context_template_length_params",
        "rome.denominator",
      ])
    let layers = try reader.layers(below: layerCount)
    guard layers.count == 1 else {
      throw reader.bad("layers", "one layer, as ROME edits one matrix")
    }
    try reader.require("fact_token", is: "subject_last")
    try reader.requireLastBlock("v_loss_layer", of: layerCount)
    self.init(
      layer: layers[0],
      gradientSteps: try reader.integer("v_num_grad_steps", in: 1...10_000),
      learningRate: try reader.number("v_lr", in: 1e-9...1e3),
      weightDecay: try reader.number("v_weight_decay", in: 0...1e6),
      clampFactor: try reader.number("clamp_norm_factor", in: 1e-9...1e6),
      klFactor: try reader.number("kl_factor", in: 0...1e6))
    usesMoments = try reader.truth("mom2_adjustment", default: true)
    denominator = try reader.choice("rome.denominator", default: .averaged)
    if let found = reader.object["context_template_length_params"] {
      let pairs = found.array?.compactMap { $0.array?.compactMap(\.integer) } ?? []
      guard pairs.count == found.array?.count,
        pairs.allSatisfy({ $0.count == 2 && (2...1000).contains($0[0]) && 1...1000 ~= $0[1] })
      else {
        throw reader.bad(
          "context_template_length_params",
          "a list of pairs [tokens, contexts] of 2 to 1000, 1 to 1000"
        )
      }
      contexts = pairs.map { ContextLength(tokens: $0[0], count: $0[1]) }
    }
  }

  /// The values under the authors' key names, as `init(json:file:layerCount:)` reads them.
  package var json: [(key: String, value: JSONValue)] {
    [
      ("layers", .array([.integer(layer)])),
      ("v_num_grad_steps", .integer(gradientSteps)),
      ("v_lr", .number(learningRate)),
      ("v_weight_decay", .number(weightDecay)),
      ("clamp_norm_factor", .number(clampFactor)),
      ("kl_factor", .number(klFactor)),
      ("mom2_adjustment", .bool(usesMoments)),
      (
        "context_template_length_params",
        .array(contexts.map { .array([.integer($0.tokens), .integer($0.count)]) })
      ),
      ("rome.denominator", .string(denominator.rawValue)),
    ]
  }
}
