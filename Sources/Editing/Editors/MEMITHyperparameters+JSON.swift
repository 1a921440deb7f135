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
  static let keys = TargetSettings.keys.union(["layers", "mom2_update_weight"])

  /// Takes MEMIT's values from a file that may have more.
  ///
  /// - Parameter momentWeight: for a method that has no λ; otherwise the file says it.
  init(_ reader: HyperparameterReader, layerCount: Int, momentWeight: Double? = nil)
    throws(EditingError)
  {
    let layers = try reader.layers(below: layerCount)
    let target = try TargetSettings(reader, layerCount: layerCount)
    let weight: Double
    if let momentWeight {
      weight = momentWeight
    } else {
      weight = try reader.number("mom2_update_weight", in: 1e-12...1e15)
    }
    self.init(layers: layers, target: target, momentWeight: weight)
  }

  /// The values under the authors' key names, as `init(json:file:layerCount:)` reads them.
  package var json: [(key: String, value: JSONValue)] {
    [("layers", .array(layers.map { .integer($0) }))] + target.json
      + [("mom2_update_weight", .number(momentWeight))]
  }
}
