/// Why some bytes are not the JSON that was hoped for, and where.
struct JSONProblem: Error, Equatable {
  /// Bytes before the place.
  let offset: Int
  /// What should stand there, as a noun phrase.
  let expected: String
}

/// Reads JSON straight from its bytes.
///
/// Strings come out as the exact bytes that they stand for. A dictionary keyed by Swift strings would
/// not do for vocabularies: it holds composed and decomposed spellings of a letter for one key, and
/// they are different tokens. Large objects and arrays are visited without being stored.
struct JSONScanner {
  /// Deeper nesting is refused: the reader recurses.
  static let depthLimit = 64
  /// More values than this are not kept: a node takes many times the bytes that it is written with.
  static let nodeLimit = 1 << 20

  private let bytes: [UInt8]
  private(set) var position = 0
  private var depth = 0
  private var nodes = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What the next value is, judged by its first byte; `nil` at the end.
  mutating func peek() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  /// Calls `visit` with each member's name and the scanner at its value, which it must consume.
  mutating func object(
    _ visit: (_ name: [UInt8], _ scanner: inout JSONScanner) throws(JSONProblem) -> Void
  ) throws(JSONProblem) {
    try descend("{", "an object")
    var name: [UInt8] = []
    if try !closes("}") {
      repeat {
        try string(into: &name)
        try take(":", "':'")
        try visit(name, &self)
      } while try continues(to: "}")
    }
    depth -= 1
  }

  /// Calls `visit` with each element's index and the scanner at it, which it must consume.
  mutating func array(
    _ visit: (_ index: Int, _ scanner: inout JSONScanner) throws(JSONProblem) -> Void
  ) throws(JSONProblem) {
    try descend("[", "an array")
    var index = 0
    if try !closes("]") {
      repeat {
        try visit(index, &self)
        index += 1
      } while try continues(to: "]")
    }
    depth -= 1
  }

  /// Reads a string, replacing what `buffer` holds.
  mutating func string(into buffer: inout [UInt8]) throws(JSONProblem) {
    try take("\"", "a string")
    buffer.removeAll(keepingCapacity: true)
    var start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        buffer.append(contentsOf: bytes[start..<position])
        position += 1
        return
      case UInt8(ascii: "\\"):
        buffer.append(contentsOf: bytes[start..<position])
        position += 1
        try escape(into: &buffer)
        start = position
      case 0..<0x20:
        throw JSONProblem(offset: position, expected: "no control character inside a string")
      default:
        position += 1
      }
    }
    throw JSONProblem(offset: position, expected: "the end of a string")
  }

  /// Reads a whole number that fits in 64 bits.
  mutating func integer() throws(JSONProblem) -> Int {
    guard case .integer(let value) = try number() else {
      throw JSONProblem(offset: position, expected: "a whole number")
    }
    return value
  }

  /// Reads whatever comes next and keeps it; at most ``nodeLimit`` values in all.
  mutating func node() throws(JSONProblem) -> JSONNode {
    nodes += 1
    guard nodes <= Self.nodeLimit else {
      throw JSONProblem(offset: position, expected: "at most \(Self.nodeLimit) values")
    }
    switch peek() {
    case UInt8(ascii: "{"):
      var members: [(name: String, value: JSONNode)] = []
      try object { (name, scanner) throws(JSONProblem) in
        members.append((String(decoding: name, as: UTF8.self), try scanner.node()))
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONNode] = []
      try array { (_, scanner) throws(JSONProblem) in elements.append(try scanner.node()) }
      return .array(elements)
    case UInt8(ascii: "\""):
      var text: [UInt8] = []
      try string(into: &text)
      return .string(String(decoding: text, as: UTF8.self))
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  /// Refuses anything but white space after the value.
  mutating func finish() throws(JSONProblem) {
    guard peek() == nil else {
      throw JSONProblem(offset: position, expected: "the end of the file")
    }
  }

  private mutating func take(_ mark: Unicode.Scalar, _ expected: String) throws(JSONProblem) {
    guard peek() == UInt8(ascii: mark) else {
      throw JSONProblem(offset: position, expected: expected)
    }
    position += 1
  }

  private mutating func descend(_ mark: Unicode.Scalar, _ expected: String) throws(JSONProblem) {
    try take(mark, expected)
    depth += 1
    guard depth <= Self.depthLimit else {
      throw JSONProblem(offset: position, expected: "at most \(Self.depthLimit) levels of nesting")
    }
  }

  private mutating func closes(_ mark: Unicode.Scalar) throws(JSONProblem) -> Bool {
    guard peek() == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  private mutating func continues(to end: Unicode.Scalar) throws(JSONProblem) -> Bool {
    if try closes(end) { return false }
    try take(",", "',' or '\(end)'")
    return true
  }

  private mutating func word(_ text: StaticString, _ value: JSONNode) throws(JSONProblem)
    -> JSONNode
  {
    for index in 0..<text.utf8CodeUnitCount {
      guard position < bytes.count, bytes[position] == text.utf8Start[index] else {
        throw JSONProblem(offset: position, expected: "'\(text)'")
      }
      position += 1
    }
    return value
  }

  private mutating func number() throws(JSONProblem) -> JSONNode {
    _ = peek()
    let start = position
    while position < bytes.count, Self.belongsToNumber(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let whole = Int(text) { return .integer(whole) }
    guard let value = Double(text), value.isFinite else {
      throw JSONProblem(offset: start, expected: "a value")
    }
    return .fraction(value)
  }

  private static func belongsToNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private mutating func escape(into buffer: inout [UInt8]) throws(JSONProblem) {
    guard position < bytes.count else {
      throw JSONProblem(offset: position, expected: "an escaped character")
    }
    let mark = bytes[position]
    position += 1
    switch mark {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(mark)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"): try unicodeEscape(into: &buffer)
    default: throw JSONProblem(offset: position - 1, expected: "a JSON escape")
    }
  }

  private mutating func unicodeEscape(into buffer: inout [UInt8]) throws(JSONProblem) {
    let start = position
    let first = try fourDigits()
    var units = [first]
    if UTF16.isLeadSurrogate(first), bytes[position...].starts(with: [0x5C, 0x75]) {  // \u
      position += 2
      units.append(try fourDigits())
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw JSONProblem(offset: start, expected: "a pair of surrogates")
    }
    buffer.append(contentsOf: text.utf8)
  }

  private mutating func fourDigits() throws(JSONProblem) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Self.hexadecimal(bytes[position]) else {
        throw JSONProblem(offset: position, expected: "four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  /// The value of a hexadecimal digit of either case.
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
