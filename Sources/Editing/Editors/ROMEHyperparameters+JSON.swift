package import Checkpoint

extension ROMEHyperparameters {
  /// Reads a file with the authors' key names, and `rome.denominator`: `averaged` or `bare`.
  ///
  /// - Parameter layerCount: the model's blocks, for checks.
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)`` that names the key.
  package init(json: JSONValue, file: String, layerCount: Int) throws(EditingError) {
    let reader = try HyperparameterReader(
      json, file: file,
      keys: TargetSettings.keys.union([
        "layers", "mom2_adjustment", "context_template_length_params", "rome.denominator",
      ]))
    let layers = try reader.layers(below: layerCount)
    guard layers.count == 1 else {
      throw reader.bad("layers", "one layer, as ROME edits one matrix")
    }
    self.init(
      layer: layers[0], target: try TargetSettings(reader, layerCount: layerCount))
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
    [("layers", .array([.integer(layer)]))] + target.json + [
      ("mom2_adjustment", .bool(usesMoments)),
      (
        "context_template_length_params",
        .array(contexts.map { .array([.integer($0.tokens), .integer($0.count)]) })
      ),
      ("rome.denominator", .string(denominator.rawValue)),
    ]
  }
}
