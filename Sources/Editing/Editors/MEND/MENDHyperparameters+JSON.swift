package import Checkpoint
package import Transformer

extension MENDHyperparameters {
  /// More edits than anybody waits for, and few enough for counts of them and of their facts.
  private static let mostEdits = 1 << 40
  private static let keys: Set<String> = [
    "layers", "rank", "n_hidden", "lr", "edit_lr", "lr_lr", "cedit", "cloc", "n_edits",
    "accumulate_bs", "grad_clip", "val_interval", "val_steps", "early_stop_patience", "max_iters",
    "seed", "neighbor_edits",
  ]

  /// Reads a file with the authors' key names; what it leaves out is as released.
  ///
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)`` that names the key.
  package init(json: JSONValue, file: String, for model: ModelArchitecture) throws(EditingError) {
    let reader = try HyperparameterReader(json, file: file, keys: Self.keys)
    self.init(for: model)
    if reader.object["layers"] != nil { layers = try reader.layers(below: model.layerCount) }
    rank = try reader.optionalInteger("rank", in: 1...1 << 20) ?? rank
    if reader.object["n_hidden"] != nil {
      hiddenLayers = try reader.integer("n_hidden", in: 0...16)
    }
    learningRate = try reader.optionalNumber("lr", in: 1e-12...10) ?? learningRate
    editRate = try reader.optionalNumber("edit_lr", in: -10...10) ?? editRate
    guard editRate != 0 else { throw reader.bad("edit_lr", "a number from -10 to 10, not 0") }
    editRateRate = try reader.optionalNumber("lr_lr", in: 1e-12...10) ?? editRateRate
    editWeight = try reader.optionalNumber("cedit", in: 1e-9...1e9) ?? editWeight
    if reader.object["cloc"] != nil { localityWeight = try reader.number("cloc", in: 0...1e9) }
    factsPerEdit = try reader.optionalInteger("n_edits", in: 1...100_000) ?? factsPerEdit
    accumulation = try reader.optionalInteger("accumulate_bs", in: 1...100_000) ?? accumulation
    gradientClip = try reader.optionalNumber("grad_clip", in: 1e-9...1e12) ?? gradientClip
    validationInterval =
      try reader.optionalInteger("val_interval", in: 1...Self.mostEdits) ?? validationInterval
    validationEdits =
      try reader.optionalInteger("val_steps", in: 1...Self.mostEdits) ?? validationEdits
    patience = try reader.optionalInteger("early_stop_patience", in: 1...Self.mostEdits) ?? patience
    iterations = try reader.optionalInteger("max_iters", in: 1...Self.mostEdits) ?? iterations
    seed = UInt64(try reader.optionalInteger("seed", in: 0...Int.max) ?? Int(seed))
    editsNeighbours = try reader.truth("neighbor_edits", default: editsNeighbours)
  }

  /// The values under the authors' key names, as `init(json:file:for:)` reads them.
  package var json: [(key: String, value: JSONValue)] {
    [
      ("layers", .array(layers.map { .integer($0) })),
      ("rank", .integer(rank)),
      ("n_hidden", .integer(hiddenLayers)),
      ("lr", .number(learningRate)),
      ("edit_lr", .number(editRate)),
      ("lr_lr", .number(editRateRate)),
      ("cedit", .number(editWeight)),
      ("cloc", .number(localityWeight)),
      ("n_edits", .integer(factsPerEdit)),
      ("accumulate_bs", .integer(accumulation)),
      ("grad_clip", .number(gradientClip)),
      ("val_interval", .integer(validationInterval)),
      ("val_steps", .integer(validationEdits)),
      ("early_stop_patience", .integer(patience)),
      ("max_iters", .integer(iterations)),
      ("seed", .integer(Int(seed))),
      ("neighbor_edits", .bool(editsNeighbours)),
    ]
  }
}
