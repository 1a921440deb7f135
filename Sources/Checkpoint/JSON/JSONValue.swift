internal import Files

/// Any JSON value.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without a fraction or exponent that fits in 64 bits.
  case integer(Int)
  /// Any other number, rounded to float64.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// Reads a whole text; duplicate keys are refused.
  package init(parsing bytes: UnsafeRawBufferPointer, file: String) throws(JSONError) {
    var reader = JSONReader(bytes, file: file)
    self = try reader.readValue()
    try reader.finish()
  }

  /// Reads a whole text; duplicate keys are refused.
  package init(parsing bytes: [UInt8], file: String) throws(JSONError) {
    self = try bytes.withBytes { buffer throws(JSONError) in
      try JSONValue(parsing: buffer, file: file)
    }
  }

  /// A member of an object; `nil` where it is missing, or where this is no object.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let object) = self else { return nil }
    return object[key]
  }

  /// The kind of value, for messages.
  package var kind: JSONReader.Kind {
    switch self {
    case .null: .null
    case .bool: .bool
    case .integer, .number: .number
    case .string: .string
    case .array: .array
    case .object: .object
    }
  }

  /// The text of a string; `nil` for everything else.
  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of a number that is whole; `nil` for everything else.
  package var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value of a number; `nil` for everything else.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The elements of an array; `nil` for everything else.
  package var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }
}

/// The members of an object, in the order of the text.
///
/// Keys are compared byte by byte: `String`'s own comparison takes differently composed characters for
/// equal, and vocabularies have both.
package struct JSONObject: Sendable, Equatable {
  /// A key and its value.
  package struct Member: Sendable, Equatable {
    /// The key.
    package let key: String
    /// Its value.
    package let value: JSONValue
  }

  /// All members.
  package let members: [Member]

  /// Makes an object.
  /// - Precondition: no key appears twice.
  package init(_ members: [(String, JSONValue)]) {
    self.init(members: members.map { Member(key: $0.0, value: $0.1) })
    precondition(duplicateKey == nil, "the key '\(duplicateKey ?? "")' appears twice")
  }

  init(members: [Member]) { self.members = members }

  /// The value of a key. Looks through the members one by one.
  package subscript(key: String) -> JSONValue? {
    members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  /// A key that appears more than once.
  var duplicateKey: String? {
    guard members.count > 1 else { return nil }
    let keys = members.map(\.key).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return zip(keys, keys.dropFirst()).first { $0.utf8.elementsEqual($1.utf8) }?.0
  }
}

extension JSONReader {
  /// Reads a value of any kind; duplicate keys are refused.
  package mutating func readValue() throws(JSONError) -> JSONValue {
    switch try peekKind() {
    case .null:
      try readNull()
      return .null
    case .bool: return .bool(try readBool())
    case .number: return try readNumber()
    case .string: return .string(try readString())
    case .array:
      var elements: [JSONValue] = []
      try beginArray()
      while try nextElement() { elements.append(try readValue()) }
      return .array(elements)
    case .object:
      let start = offset
      var members: [JSONObject.Member] = []
      try beginObject()
      while let key = try nextKey() {
        members.append(JSONObject.Member(key: key, value: try readValue()))
      }
      let object = JSONObject(members: members)
      if let key = object.duplicateKey { throw error(.duplicateKey(key), at: start) }
      return .object(object)
    }
  }

  private mutating func readNumber() throws(JSONError) -> JSONValue {
    let start = offset
    let text = try readNumberText()
    // "-0" is an integer to `Int`, but not the number that was written.
    if let value = Int(text), value != 0 || !text.hasPrefix("-") { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw error(.numberOutOfRange(text), at: start)
    }
    return .number(value)
  }
}
