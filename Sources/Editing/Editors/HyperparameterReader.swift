internal import Checkpoint

/// Reads hyperparameters with errors that name the key.
struct HyperparameterReader {
  let object: JSONObject
  let file: String

  func layers(below count: Int) throws(EditingError) -> [Int] {
    let found = object["layers"]
    let layers = found?.array?.compactMap(\.integer) ?? []
    guard !layers.isEmpty, layers.count == found?.array?.count,
      layers.allSatisfy({ (0..<count).contains($0) }), layers == Array(Set(layers)).sorted()
    else {
      throw bad("layers", found, "ascending layer numbers below \(count)")
    }
    return layers
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(EditingError) -> Int {
    guard let value = object[key]?.integer, range.contains(value) else {
      throw bad(key, object[key], "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws(EditingError) -> Double {
    guard let value = object[key]?.double, range.contains(value) else {
      throw bad(key, object[key], "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func require(_ key: String, is expected: String) throws(EditingError) {
    if let found = object[key], found.string != expected { throw bad(key, found, expected) }
  }

  /// A value as it stands in the file, its beginning if it is long.
  private static func text(_ value: JSONValue) -> String {
    let text = String(decoding: JSONText.canonical(value), as: UTF8.self)
    return text.count <= 60 ? text : text.prefix(60) + "…"
  }

  private func bad(_ key: String, _ found: JSONValue?, _ expected: String) -> EditingError {
    .badHyperparameter(
      file: file, key: key, found: found.map(Self.text) ?? "nothing", expected: expected)
  }
}
