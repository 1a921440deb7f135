/// Reads JSON (RFC 8259) piece by piece, without a tree: what is hostile or of the wrong kind is refused
/// where it stands, before memory is taken for what follows.
///
/// ```swift
/// try reader.beginObject()
/// while let key = try reader.nextKey() {
///   if key == "name" { name = try reader.readString() } else { try reader.skipValue() }
/// }
/// try reader.finish()
/// ```
/// The bytes must outlive the reader. Duplicate keys are for the caller to see.
package struct JSONReader {
  /// Objects and arrays inside one another that are followed at most.
  package static let deepest = 128

  let bytes: UnsafeRawBufferPointer
  let file: String
  var offset = 0
  private let firstLine: Int
  /// For each open object or array, whether a member was read, so that a comma must come first.
  private var hasMembers: [Bool] = []

  /// Starts at the first byte.
  /// - Parameter firstLine: the number of the first line, for text that is part of a file.
  package init(_ bytes: UnsafeRawBufferPointer, file: String, firstLine: Int = 1) {
    self.bytes = bytes
    self.file = file
    self.firstLine = firstLine
  }

  /// The kind of the next value, told from its first character.
  package enum Kind: String, Sendable {
    case object = "an object"
    case array = "an array"
    case string = "a string"
    case number = "a number"
    case bool = "true or false"
    case null = "null"
  }

  /// The kind of the value that stands next.
  package mutating func peekKind() throws(JSONError) -> Kind {
    skipSpace()
    guard let byte else { throw unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    default: throw unexpected("a value")
    }
  }

  /// Enters an object.
  package mutating func beginObject() throws(JSONError) {
    try begin(.object, UInt8(ascii: "{"))
  }

  /// Enters an array.
  package mutating func beginArray() throws(JSONError) {
    try begin(.array, UInt8(ascii: "["))
  }

  /// The next key of the object entered last; its value stands next. `nil` leaves the object.
  package mutating func nextKey() throws(JSONError) -> String? {
    guard try nextMember(closing: UInt8(ascii: "}"), "',' or '}'") else { return nil }
    guard byte == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
    let key = try readString()
    skipSpace()
    guard byte == UInt8(ascii: ":") else { throw unexpected("':'") }
    offset += 1
    return key
  }

  /// Whether another element of the array entered last stands next. `false` leaves the array.
  package mutating func nextElement() throws(JSONError) -> Bool {
    try nextMember(closing: UInt8(ascii: "]"), "',' or ']'")
  }

  /// Reads `true` or `false`.
  package mutating func readBool() throws(JSONError) -> Bool {
    try require(.bool)
    if byte == UInt8(ascii: "t") {
      try readWord("true")
      return true
    }
    try readWord("false")
    return false
  }

  /// Reads `null`.
  mutating func readNull() throws(JSONError) {
    try require(.null)
    try readWord("null")
  }

  /// Reads over a value of any kind.
  package mutating func skipValue() throws(JSONError) {
    switch try peekKind() {
    case .object:
      try beginObject()
      while try nextKey() != nil { try skipValue() }
    case .array:
      try beginArray()
      while try nextElement() { try skipValue() }
    case .string: _ = try readString()
    case .number: _ = try readNumberText()
    case .bool: _ = try readBool()
    case .null: try readNull()
    }
  }

  /// Checks that nothing but space follows.
  package mutating func finish() throws(JSONError) {
    skipSpace()
    guard offset == bytes.count else { throw unexpected("the end of the text") }
  }

  var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func require(_ kind: Kind) throws(JSONError) {
    let found = try peekKind()
    guard found == kind else {
      throw error(.unexpected(found: found.rawValue, expected: kind.rawValue))
    }
  }

  /// What is wrong at a byte; where the reader stands, if it is `nil`.
  package func error(_ problem: JSONError.Problem, at place: Int? = nil) -> JSONError {
    let (line, column) = position(of: place ?? offset)
    return JSONError(file: file, line: line, column: column, problem: problem)
  }

  func unexpected(_ expected: String) -> JSONError {
    guard let byte else { return error(.endOfText(expected: expected)) }
    let printable = (0x21...0x7E).contains(byte)
    let found = printable ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    return error(.unexpected(found: found, expected: expected))
  }

  mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  private func position(of place: Int) -> (line: Int, column: Int) {
    var line = firstLine
    var start = 0
    for i in 0..<min(place, bytes.count) where bytes[i] == 0x0A {
      line += 1
      start = i + 1
    }
    return (line, place - start + 1)
  }

  private mutating func begin(_ kind: Kind, _ opening: UInt8) throws(JSONError) {
    try require(kind)
    guard hasMembers.count < Self.deepest else { throw error(.tooDeep(limit: Self.deepest)) }
    hasMembers.append(false)
    offset += 1
  }

  private mutating func nextMember(
    closing: UInt8, _ expected: String
  ) throws(JSONError) -> Bool {
    precondition(!hasMembers.isEmpty, "no object or array was entered")
    skipSpace()
    if byte == closing {
      offset += 1
      hasMembers.removeLast()
      return false
    }
    if hasMembers[hasMembers.count - 1] {
      guard byte == UInt8(ascii: ",") else { throw unexpected(expected) }
      offset += 1
      skipSpace()
    }
    hasMembers[hasMembers.count - 1] = true
    return true
  }

  private mutating func readWord(_ word: String) throws(JSONError) {
    for letter in word.utf8 {
      guard byte == letter else { throw unexpected("'\(word)'") }
      offset += 1
    }
  }
}
