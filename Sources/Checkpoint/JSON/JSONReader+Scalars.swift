extension JSONReader {
  /// Reads a string.
  package mutating func readString() throws(JSONError) -> String {
    try require(.string)
    offset += 1
    let start = offset
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        let text = try text(UnsafeRawBufferPointer(rebasing: bytes[start..<offset]), at: start)
        offset += 1
        return text
      case UInt8(ascii: "\\"): return try readEscapedString(from: start)
      case 0..<0x20: throw error(.controlCharacterInString)
      default: offset += 1
      }
    }
    throw error(.endOfText(expected: "the end of the string"))
  }

  /// Reads a number that must be whole and fit in 64 bits.
  package mutating func readInteger() throws(JSONError) -> Int {
    let start = offset
    let text = try readNumberText()
    guard let value = Int(text) else {
      let isFraction = text.contains { $0 == "." || $0 == "e" || $0 == "E" }
      throw error(
        isFraction
          ? .unexpected(found: text, expected: "a whole number") : .numberOutOfRange(text),
        at: start)
    }
    return value
  }

  /// The digits of a number as they stand there, checked against the grammar.
  mutating func readNumberText() throws(JSONError) -> String {
    try require(.number)
    let start = offset
    if byte == UInt8(ascii: "-") { offset += 1 }
    if byte == UInt8(ascii: "0") { offset += 1 } else { try readDigits() }
    if byte == UInt8(ascii: ".") {
      offset += 1
      try readDigits()
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      offset += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
      try readDigits()
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func readDigits() throws(JSONError) {
    let start = offset
    while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    guard offset > start else { throw unexpected("a digit") }
  }

  private func text(_ part: UnsafeRawBufferPointer, at start: Int) throws(JSONError) -> String {
    guard let text = String(validating: part, as: UTF8.self) else {
      throw error(.invalidUTF8, at: start)
    }
    return text
  }

  /// Goes on with a string at its first backslash.
  private mutating func readEscapedString(from start: Int) throws(JSONError) -> String {
    var unescaped = Array(bytes[start..<offset])
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let text = String(validating: unescaped, as: UTF8.self) else {
          throw error(.invalidUTF8, at: start)
        }
        return text
      case UInt8(ascii: "\\"):
        let scalar = try readEscape()
        unescaped.append(contentsOf: Array(String(Character(scalar)).utf8))
      case 0..<0x20: throw error(.controlCharacterInString)
      default:
        unescaped.append(byte)
        offset += 1
      }
    }
    throw error(.endOfText(expected: "the end of the string"))
  }

  private mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
    let start = offset
    offset += 1
    guard let letter = byte else { throw error(.endOfText(expected: "an escape")) }
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try readHexadecimal(at: start)
      if (0xD800..<0xDC00).contains(code) {  // the first half of a surrogate pair
        guard bytes[offset...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
          throw error(.invalidEscape, at: start)
        }
        offset += 2
        let low = try readHexadecimal(at: start)
        guard (0xDC00..<0xE000).contains(low) else { throw error(.invalidEscape, at: start) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error(.invalidEscape, at: start) }
      return scalar
    default: throw error(.invalidEscape, at: start)
    }
  }

  private mutating func readHexadecimal(at start: Int) throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error(.invalidEscape, at: start)
      }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }
}
