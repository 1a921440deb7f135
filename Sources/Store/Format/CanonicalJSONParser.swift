extension CanonicalJSON {
  /// Nesting that is still followed; a manifest needs five levels.
  static let depthLimit = 32

  /// Reads any JSON text that has only what ``CanonicalJSON`` has, however it is laid out.
  ///
  /// Whether it is laid out canonically is checked after decoding, by encoding again: the version of a
  /// document must be looked at before its form is judged.
  /// - Parameter file: what to call it in errors.
  package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> CanonicalJSON {
    var parser = Parser(bytes: bytes, file: file)
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.position == bytes.count else {
      throw parser.problem("there is something after the document")
    }
    return value
  }
}

private struct Parser {
  let bytes: [UInt8]
  let file: String
  var position = 0

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  func problem(_ text: String) -> FormatError {
    .syntax(file: file, offset: position, problem: text)
  }

  mutating func skipBlanks() {
    while position < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[position]) {
      position += 1
    }
  }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(FormatError) -> CanonicalJSON {
    guard depth < CanonicalJSON.depthLimit else { throw problem("it is nested too deeply") }
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      return .integer(try integer())
    case UInt8(ascii: "n"): throw problem("null is not used")
    case nil: throw problem("the document ends too early")
    default: throw problem("a value is expected")
    }
  }

  private mutating func word(
    _ text: String, _ value: CanonicalJSON
  ) throws(FormatError) -> CanonicalJSON {
    guard bytes[position...].starts(with: text.utf8) else { throw problem("a value is expected") }
    position += text.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(FormatError) -> CanonicalJSON.Object {
    position += 1
    var members: [(String, CanonicalJSON)] = []
    if take(UInt8(ascii: "}")) { return CanonicalJSON.Object() }
    repeat {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw problem("a name in quotes is expected") }
      let name = try string()
      guard take(UInt8(ascii: ":")) else { throw problem("a colon is expected") }
      members.append((name, try value(depth: depth + 1)))
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw problem("a comma or a closing brace is expected") }
    let object = CanonicalJSON.Object(members)
    guard object.members.count == members.count else { throw problem("a name stands there twice") }
    return object
  }

  private mutating func array(depth: Int) throws(FormatError) -> [CanonicalJSON] {
    position += 1
    var values: [CanonicalJSON] = []
    if take(UInt8(ascii: "]")) { return values }
    repeat { values.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw problem("a comma or a closing bracket is expected") }
    return values
  }

  private mutating func integer() throws(FormatError) -> Int64 {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    while let digit = next, 48...57 ~= digit { position += 1 }
    if let after = next, [0x2e, 0x65, 0x45].contains(after) {
      throw problem("fractions are written as text")
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Int64(text), String(value) == text else {
      throw problem("the number is not a 64-bit integer in its shortest form")
    }
    return value
  }

  private mutating func string() throws(FormatError) -> String {
    position += 1
    var start = position
    var content: [UInt8] = []
    while true {
      guard let byte = next else { throw problem("a text has no end") }
      switch byte {
      case UInt8(ascii: "\""):
        content.append(contentsOf: bytes[start..<position])
        guard let text = String(validating: content, as: UTF8.self) else {
          throw problem("a text is not UTF-8")
        }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        content.append(contentsOf: bytes[start..<position])
        position += 1
        content.append(contentsOf: String(try escaped()).utf8)
        start = position
      case 0..<0x20: throw problem("a control character stands in a text")
      default: position += 1
      }
    }
  }

  private mutating func escaped() throws(FormatError) -> Unicode.Scalar {
    guard let byte = next else { throw problem("a text has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try codeUnit()
      if let scalar = Unicode.Scalar(first) { return scalar }
      guard first < 0xdc00, next == UInt8(ascii: "\\") else {
        throw problem("half a surrogate pair")
      }
      position += 1
      guard next == UInt8(ascii: "u") else { throw problem("half a surrogate pair") }
      position += 1
      let second = try codeUnit()
      guard 0xdc00...0xdfff ~= second,
        let scalar = Unicode.Scalar(
          0x10000 + (UInt32(first - 0xd800) << 10) + UInt32(second - 0xdc00))
      else { throw problem("half a surrogate pair") }
      return scalar
    default: throw problem("an escape that JSON does not have")
    }
  }

  private mutating func codeUnit() throws(FormatError) -> UInt16 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({
        48...57 ~= $0 || 65...70 ~= $0 || 97...102 ~= $0
      }),
      let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw problem("four hexadecimal digits are expected") }
    position += 4
    return unit
  }
}
