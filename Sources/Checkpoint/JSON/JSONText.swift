/// Writes JSON in one way only: no space, keys in the order given or sorted by their bytes, nothing
/// escaped that need not be. Equal values give equal bytes, so that they can be hashed.
package struct JSONText {
  /// What was written so far, in UTF-8.
  package private(set) var bytes: [UInt8] = []

  /// Starts with nothing.
  package init() {}

  /// The text of a value, with the keys of its objects in the order of their bytes.
  package static func canonical(_ value: JSONValue) -> [UInt8] {
    var text = JSONText()
    text.write(value)
    return text.bytes
  }

  /// Adds a value, with the keys of its objects in the order of their bytes.
  /// - Precondition: its numbers are finite.
  package mutating func write(_ value: JSONValue) {
    switch value {
    case .null: write(raw: "null")
    case .bool(let value): write(raw: value ? "true" : "false")
    case .integer(let value): write(raw: "\(value)")
    case .number(let value):
      precondition(value.isFinite, "\(value) in JSON")
      write(raw: "\(value)")
    case .string(let text): write(string: text)
    case .array(let elements):
      write(raw: "[")
      for (i, element) in elements.enumerated() {
        if i > 0 { write(raw: ",") }
        write(element)
      }
      write(raw: "]")
    case .object(let object):
      let members = object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      write(raw: "{")
      for (i, member) in members.enumerated() {
        if i > 0 { write(raw: ",") }
        write(string: member.key)
        write(raw: ":")
        write(member.value)
      }
      write(raw: "}")
    }
  }

  /// Adds a string in quotes. Only quotes, backslashes and control characters are escaped.
  package mutating func write(string: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): write(raw: "\\\"")
      case UInt8(ascii: "\\"): write(raw: "\\\\")
      case 0x0A: write(raw: "\\n")
      case 0x0D: write(raw: "\\r")
      case 0x09: write(raw: "\\t")
      case 0..<0x20:
        write(raw: "\\u00")
        write(raw: byte < 16 ? "0" : "")
        write(raw: String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Adds text as it stands.
  package mutating func write(raw text: String) { bytes.append(contentsOf: text.utf8) }
}
