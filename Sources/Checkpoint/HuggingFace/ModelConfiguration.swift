/// `config.json`: what the model is, with typed access that names the key when something is amiss.
///
/// A key whose value is `null` counts as missing.
package struct ModelConfiguration: Sendable, Equatable {
  /// The name of the file in a checkpoint directory.
  package static let fileName = "config.json"
  /// The longest configuration that is read, in bytes.
  package static let longest = 16 << 20

  /// The file, for messages.
  package let file: String
  /// All members at this level.
  package let members: JSONObject
  /// The family: `gpt2`, `gptj`, `llama` …
  package let modelType: String
  /// The keys that lead here from the top, each with a full stop after it; empty at the top.
  private let prefix: String

  /// Reads a configuration; it must be an object with a `model_type`.
  package init(parsing bytes: [UInt8], file: String) throws(CheckpointError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes, file: file)
    } catch {
      throw .json(error)
    }
    do throws(ConfigurationError) {
      self = try ModelConfiguration(value, file: file)
    } catch {
      throw .configuration(error)
    }
  }

  private init(_ value: JSONValue, file: String) throws(ConfigurationError) {
    guard case .object(let members) = value else {
      throw .unexpected(
        file: file, key: "the whole file", found: value.kind.rawValue, expected: "an object")
    }
    let unnamed = ModelConfiguration(file: file, members: members, modelType: "", prefix: "")
    let modelType = try unnamed.string("model_type")
    self.init(file: file, members: members, modelType: modelType, prefix: "")
  }

  private init(file: String, members: JSONObject, modelType: String, prefix: String) {
    self.file = file
    self.members = members
    self.modelType = modelType
    self.prefix = prefix
  }

  /// Any value; `nil` where it is missing or `null`.
  package subscript(key: String) -> JSONValue? {
    let value = members[key]
    return value == .null ? nil : value
  }

  /// A whole number. The default range is that of counts and extents.
  package func integer(
    _ key: String, in range: ClosedRange<Int> = 1...Int(Int32.max)
  ) throws(ConfigurationError) -> Int {
    try required(key, Self.wholeNumber(in: range), optionalInteger(key, in: range))
  }

  /// A whole number; `nil` where it is missing.
  package func optionalInteger(
    _ key: String, in range: ClosedRange<Int> = 1...Int(Int32.max)
  ) throws(ConfigurationError) -> Int? {
    try optional(key, Self.wholeNumber(in: range)) { value in
      value.integer.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A number.
  package func double(_ key: String) throws(ConfigurationError) -> Double {
    try required(key, "a number", optionalDouble(key))
  }

  /// A number; `nil` where it is missing.
  package func optionalDouble(_ key: String) throws(ConfigurationError) -> Double? {
    try optional(key, "a number") { $0.double }
  }

  /// A text.
  package func string(_ key: String) throws(ConfigurationError) -> String {
    try required(key, "a string", optionalString(key))
  }

  /// A text; `nil` where it is missing.
  package func optionalString(_ key: String) throws(ConfigurationError) -> String? {
    try optional(key, "a string") { $0.string }
  }

  /// `true` or `false`.
  package func bool(_ key: String) throws(ConfigurationError) -> Bool {
    try required(key, "true or false", optionalBool(key))
  }

  /// `true` or `false`; `nil` where it is missing.
  package func optionalBool(_ key: String) throws(ConfigurationError) -> Bool? {
    try optional(key, "true or false") { if case .bool(let value) = $0 { value } else { nil } }
  }

  /// The object under a key, such as `rope_scaling`; `nil` where it is missing.
  package func optionalSection(
    _ key: String
  ) throws(ConfigurationError) -> ModelConfiguration? {
    try optional(key, "an object") { value in
      guard case .object(let members) = value else { return nil }
      return ModelConfiguration(
        file: file, members: members, modelType: modelType, prefix: prefix + key + ".")
    }
  }

  /// A key with those that lead to it from the top, for messages.
  package func path(of key: String) -> String { prefix + key }

  /// A value as messages show it.
  package func text(of key: String) -> String {
    self[key]?.excerpt ?? "nothing"
  }

  /// An error about one of the values here, for a check of the caller's own.
  package func unexpected(_ key: String, expected: String) -> ConfigurationError {
    .unexpected(file: file, key: prefix + key, found: text(of: key), expected: expected)
  }

  private static func wholeNumber(in range: ClosedRange<Int>) -> String {
    "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  private func required<Value>(
    _ key: String, _ expected: String, _ value: Value?
  ) throws(ConfigurationError) -> Value {
    guard let value else { throw .missing(file: file, key: prefix + key, expected: expected) }
    return value
  }

  private func optional<Value>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(ConfigurationError) -> Value? {
    guard let written = self[key] else { return nil }
    guard let value = convert(written) else { throw unexpected(key, expected: expected) }
    return value
  }
}
