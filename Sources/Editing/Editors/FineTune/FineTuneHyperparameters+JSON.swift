package import Checkpoint
package import Transformer

extension FineTuneHyperparameters {
  /// Of these `kl_factor` has no effect: nothing in the authors' program reads it either.
  private static let keys: Set<String> = [
    "layers", "num_steps", "lr", "weight_decay", "wd_power_law", "norm_constraint", "batch_size",
    "loss", "shuffle_seed", "rewrite_module_tmp", "kl_factor",
  ]

  /// Reads a file with the authors' key names.
  ///
  /// `weight_decay` and `norm_constraint` may be `false`, as in their files. Where `wd_power_law` is given,
  /// it is the decay; their program reads it and never applies it.
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)`` that names the key.
  package init(json: JSONValue, file: String, for model: ModelArchitecture) throws(EditingError) {
    let reader = try HyperparameterReader(json, file: file, keys: Self.keys)
    let layers = try reader.layers(below: model.layerCount)
    let fixed = try reader.optionalNumber("weight_decay", in: 0...1e6) ?? 0
    let law = try reader.optionalNumbers("wd_power_law", count: 2, in: -100...100)
    if law != nil, fixed != 0 {
      throw reader.bad("weight_decay", "false beside a wd_power_law")
    }
    self.init(
      layers: layers,
      module: try reader.optionalString("rewrite_module_tmp") ?? Self.wholeBlock(of: model),
      epochs: try reader.integer("num_steps", in: 1...1_000_000),
      learningRate: try reader.number("lr", in: 1e-12...1e3),
      decay: law.map { .powerLaw(exponent: $0[0], offset: $0[1]) } ?? .fixed(fixed),
      normConstraint: try reader.optionalNumber("norm_constraint", in: 1e-12...1e6),
      batchSize: try reader.optionalInteger("batch_size", in: 1...1_000_000) ?? 64,
      loss: try reader.choice("loss", default: .autoregressive),
      shuffleSeed: try reader.optionalInteger("shuffle_seed", in: 0...Int.max).map(UInt64.init))
    if tensors(of: model).isEmpty {
      throw reader.bad(
        "rewrite_module_tmp",
        "a module of the block, such as \(Self.outputProjection(of: model))")
    }
  }

  /// The values under the authors' key names, as `init(json:file:for:)` reads them.
  package var json: [(key: String, value: JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("layers", .array(layers.map { .integer($0) })),
      ("rewrite_module_tmp", .string(module)),
      ("num_steps", .integer(epochs)),
      ("lr", .number(learningRate)),
      ("batch_size", .integer(batchSize)),
      ("loss", .string(loss.rawValue)),
    ]
    switch decay {
    case .fixed(let value): members.append(("weight_decay", .number(value)))
    case .powerLaw(let exponent, let offset):
      members.append(("wd_power_law", .array([.number(exponent), .number(offset)])))
    }
    if let normConstraint { members.append(("norm_constraint", .number(normConstraint))) }
    if let shuffleSeed { members.append(("shuffle_seed", .integer(Int(shuffleSeed)))) }
    return members
  }
}
