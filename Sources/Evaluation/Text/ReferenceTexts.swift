internal import Checkpoint
internal import Editing
internal import Files
internal import Glibc

/// Texts about subjects that have some object, to compare with what a model writes about an edited one.
///
/// - Source: `attribute_snippets.json` of the ROME and MEMIT authors, and scikit-learn's TF-IDF with its
///   defaults: lower case, runs of two and more word characters, smooth idf = ln((1 + N)/(1 + df)) + 1.
package struct ReferenceTexts: Sendable {
  private struct Key: Hashable {
    let relation: String
    let object: String
  }

  private var texts: [Key: [String]] = [:]
  private var weights: [String: Double] = [:]
  /// How many texts there are.
  package private(set) var count = 0

  /// The longest file that is read, in bytes.
  private static let longestFile = 1 << 32

  /// Reads a file: a list of `{relation_id, target_id, samples: [{text}]}`.
  ///
  /// - Throws: ``EvaluationError/badReference(file:place:field:expected:)``, and what file and JSON throw.
  package init(path: String) throws {
    try self.init(parsing: readFile(path, limit: Self.longestFile), file: path)
  }

  /// Reads the bytes of such a file.
  package init(parsing bytes: [UInt8], file: String) throws {
    var documents: [String: Int] = [:]
    try bytes.withUnsafeBytes { buffer in
      var reader = JSONReader(buffer, file: file)
      var number = 0
      try reader.beginArray()
      while try reader.nextElement() {
        number += 1
        try add(try reader.readValue(), number, file, to: &documents)
      }
      try reader.finish()
    }
    for (word, frequency) in documents {
      weights[word] = log(Double(1 + count) / Double(1 + frequency)) + 1
    }
  }

  private mutating func add(
    _ entry: JSONValue, _ number: Int, _ file: String, to documents: inout [String: Int]
  ) throws(EvaluationError) {
    func missing(_ field: String, _ expected: String) -> EvaluationError {
      .badReference(file: file, place: .record(number), field: field, expected: expected)
    }
    guard let relation = entry["relation_id"]?.string else {
      throw missing("relation_id", "a string")
    }
    guard let object = entry["target_id"]?.string else { throw missing("target_id", "a string") }
    guard let samples = entry["samples"]?.array else { throw missing("samples", "a list") }
    for sample in samples {
      guard let text = sample["text"]?.string else { throw missing("samples.text", "a string") }
      texts[Key(relation: relation, object: object), default: []].append(text)
      count += 1
      for word in Set(Self.words(of: text)) { documents[word, default: 0] += 1 }
    }
  }

  /// The cosine between what a model wrote and the texts about subjects with an object, both joined.
  ///
  /// - Returns: `nil` where there are no texts of the object, or no known word on one of the sides.
  package func score(_ written: [String], relation: String?, object: String?) -> Double? {
    guard let relation, let object,
      let own = texts[Key(relation: relation, object: object)]
    else { return nil }
    let (a, b) = (vector(written), vector(own))
    let product = a.reduce(0.0) { $0 + $1.value * (b[$1.key] ?? 0) }
    let norms = [a, b].map { $0.values.reduce(0) { $0 + $1 * $1 } }
    guard norms[0] > 0, norms[1] > 0 else { return nil }
    return product / (norms[0] * norms[1]).squareRoot()
  }

  private func vector(_ texts: [String]) -> [String: Double] {
    var vector: [String: Double] = [:]
    for word in texts.flatMap(Self.words(of:)) {
      guard let weight = weights[word] else { continue }
      vector[word, default: 0] += weight
    }
    return vector
  }

  /// The lower-cased runs of at least two word characters.
  static func words(of text: String) -> [String] {
    text.lowercased().unicodeScalars.split { !$0.isWord }.filter { $0.count > 1 }.map(String.init)
  }
}
