internal import Checkpoint

/// The members of one record, read with errors that name the field.
struct RecordFields {
  private let members: JSONObject
  /// The names that lead here, each with a full stop after it.
  private let prefix: String

  init(_ value: JSONValue) throws(FactProblem) {
    guard case .object(let members) = value else {
      throw .wrongKind(field: "the record", found: value.kind.rawValue, expected: "an object")
    }
    self.init(members: members, prefix: "")
  }

  /// The members of an object in an array of this record.
  func inner(_ element: JSONValue, at index: Int, of key: String) throws(FactProblem)
    -> RecordFields
  {
    guard case .object(let members) = element else {
      throw wrongKind(key, element, "objects in it")
    }
    return RecordFields(members: members, prefix: "\(prefix)\(key)[\(index)].")
  }

  private init(members: JSONObject, prefix: String) {
    self.members = members
    self.prefix = prefix
  }

  var keys: [String] { members.members.map(\.key) }

  /// A value; `nil` where it is missing or `null`.
  subscript(key: String) -> JSONValue? {
    let value = members[key]
    return value == .null ? nil : value
  }

  func has(_ key: String) -> Bool { self[key] != nil }

  func string(_ key: String) throws(FactProblem) -> String {
    guard let text = try optionalString(key) else {
      throw .missing(field: prefix + key, expected: "a string")
    }
    return text
  }

  /// A string that is not only space.
  func text(_ key: String) throws(FactProblem) -> String {
    let text = try string(key)
    guard !text.trimmed.isEmpty else { throw .empty(field: prefix + key) }
    return text
  }

  /// A text that is not only space, where there is one; `nil` where it is missing.
  func optionalText(_ key: String) throws(FactProblem) -> String? {
    guard let text = try optionalString(key) else { return nil }
    guard !text.trimmed.isEmpty else { throw .empty(field: prefix + key) }
    return text
  }

  func optionalString(_ key: String) throws(FactProblem) -> String? {
    guard let value = self[key] else { return nil }
    guard let text = value.string else { throw wrongKind(key, value, "a string") }
    return text
  }

  func optionalInteger(_ key: String) throws(FactProblem) -> Int? {
    guard let value = self[key] else { return nil }
    guard let number = value.integer else { throw wrongKind(key, value, "a whole number") }
    return number
  }

  /// The texts of an array; none where it is missing.
  func strings(_ key: String) throws(FactProblem) -> [String] {
    try texts(of: elements(key), key)
  }

  /// The texts of an array that says something where it is there.
  func filledStrings(_ key: String) throws(FactProblem) -> [String] {
    try texts(of: filled(key), key)
  }

  private func texts(of elements: [JSONValue], _ key: String) throws(FactProblem) -> [String] {
    try elements.map { value throws(FactProblem) in
      guard let text = value.string else { throw wrongKind(key, value, "strings in it") }
      return text
    }
  }

  /// The elements of an array that says something where it is there: an empty one is refused.
  func filled(_ key: String) throws(FactProblem) -> [JSONValue] {
    let elements = try elements(key)
    guard !elements.isEmpty || !has(key) else { throw .emptyList(field: prefix + key) }
    return elements
  }

  /// The elements of an array; none where it is missing.
  func elements(_ key: String) throws(FactProblem) -> [JSONValue] {
    guard let value = self[key] else { return [] }
    guard let elements = value.array else { throw wrongKind(key, value, "an array") }
    return elements
  }

  func section(_ key: String) throws(FactProblem) -> RecordFields {
    guard let value = self[key] else { throw .missing(field: prefix + key, expected: "an object") }
    guard case .object(let members) = value else { throw wrongKind(key, value, "an object") }
    return RecordFields(members: members, prefix: prefix + key + ".")
  }

  /// A string, or the first one of a list of answers, however deep the lists are; `nil` where it is missing. What is there and
  /// says nothing is refused.
  func firstText(_ key: String) throws(FactProblem) -> String? {
    guard var value = self[key] else { return nil }
    while case .array(let elements) = value {
      guard let first = elements.first else { throw .emptyList(field: prefix + key) }
      value = first
    }
    guard let text = value.string else {
      throw wrongKind(key, value, "a string or a list of strings")
    }
    guard !text.trimmed.isEmpty else { throw .empty(field: prefix + key) }
    return text
  }

  func missing(_ key: String, _ expected: String) -> FactProblem {
    .missing(field: prefix + key, expected: expected)
  }

  func wrongKind(_ key: String, _ value: JSONValue, _ expected: String) -> FactProblem {
    .wrongKind(field: prefix + key, found: value.kind.rawValue, expected: expected)
  }
}
