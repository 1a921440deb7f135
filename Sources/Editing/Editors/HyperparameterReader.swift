internal import Checkpoint
internal import Transformer

/// Reads hyperparameters with errors that name the key.
struct HyperparameterReader {
  let object: JSONObject
  let file: String

  /// Keys of the authors' files that name modules or data: here the architecture and the statistics themselves
  /// say so. They are accepted and have no effect; method and edited module must be those that are used.
  private static let redundantKeys: Set<String> = [
    "alg_name", "model_name", "stats_dir", "device", "model_parallel", "layer_selection",
    "mom2_adjustment", "rewrite_module_tmp", "layer_module_tmp", "mlp_module_tmp",
    "attn_module_tmp", "ln_f_module", "lm_head_module", "mom2_dataset", "mom2_n_samples",
    "mom2_dtype",
  ]

  /// Takes an object that has no keys but the method's own and redundant ones.
  ///
  /// - Throws: ``EditingError/unreadable(file:expected:)``, or an error that names the unknown key.
  init(_ json: JSONValue, file: String, keys: Set<String>) throws(EditingError) {
    guard case .object(let object) = json else {
      throw .unreadable(file: file, expected: "a JSON object of hyperparameters")
    }
    self.object = object
    self.file = file
    let known = keys.union(Self.redundantKeys)
    for member in object.members where !known.contains(member.key) {
      throw .badHyperparameter(
        file: file, key: member.key, found: "an unknown key",
        expected: known.sorted().joined(separator: ", "))
    }
  }

  func layers(below count: Int) throws(EditingError) -> [Int] {
    let found = object["layers"]
    let layers = found?.array?.compactMap(\.integer) ?? []
    guard !layers.isEmpty, layers.count == found?.array?.count,
      layers.allSatisfy({ (0..<count).contains($0) }), layers == Array(Set(layers)).sorted()
    else {
      throw bad("layers", "ascending layer numbers below \(count)")
    }
    return layers
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(EditingError) -> Int {
    guard let value = object[key]?.integer, range.contains(value) else {
      throw bad(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws(EditingError) -> Double {
    guard let value = object[key]?.double, range.contains(value) else {
      throw bad(key, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func truth(_ key: String, default value: Bool) throws(EditingError) -> Bool {
    guard let found = object[key] else { return value }
    guard case .bool(let found) = found else { throw bad(key, "true or false") }
    return found
  }

  /// One of an enumeration's words.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, default value: Choice
  ) throws(EditingError) -> Choice {
    guard let found = object[key] else { return value }
    guard let choice = found.string.flatMap(Choice.init) else {
      throw bad(key, Choice.allCases.map(\.rawValue).joined(separator: " or "))
    }
    return choice
  }

  func require(_ key: String, is expected: String) throws(EditingError) {
    if let found = object[key], found.string != expected { throw bad(key, expected) }
  }

  func requireLastBlock(_ key: String, of count: Int) throws(EditingError) {
    if let found = object[key], found.integer != count - 1 {
      throw bad(key, "\(count - 1), the last block")
    }
  }

  /// Refuses a file that names another method, or another module than the MLP's output projection, which all methods
  /// but FT edit.
  static func requireAgreement(
    _ json: JSONValue, file: String, _ method: EditMethod, _ model: ModelArchitecture
  ) throws(EditingError) {
    guard case .object(let object) = json else { return }
    if let name = object["alg_name"]?.string, let other = EditMethod(rawValue: name.lowercased()),
      other != method
    {
      throw .badHyperparameter(
        file: file, key: "alg_name", found: "\"\(name)\"", expected: method.rawValue)
    }
    guard [.memit, .rome, .alphaEdit].contains(method),
      let found = object["rewrite_module_tmp"]
    else { return }
    let module = FineTuneHyperparameters.outputProjection(of: model)
    guard let text = found.string,
      FineTuneHyperparameters.bare(text) == FineTuneHyperparameters.bare(module)
    else {
      throw .badHyperparameter(
        file: file, key: "rewrite_module_tmp", found: found.excerpt,
        expected: "\(module), which \(method.rawValue) edits")
    }
  }

  /// What is wrong with the value of a key.
  func bad(_ key: String, _ expected: String) -> EditingError {
    .badHyperparameter(
      file: file, key: key, found: object[key]?.excerpt ?? "nothing", expected: expected)
  }
}
