/// A JSON value that has exactly one encoding, so that it can be named by the hash of its bytes.
///
/// There are no fractions and no null: printed floating-point numbers differ between libraries. Fractions are
/// stored as text (``DecimalText``). The encoding is specified in `Documentation/Format.md`.
package indirect enum CanonicalJSON: Sendable, Equatable {
  case object(Object)
  case array([CanonicalJSON])
  case string(String)
  case integer(Int64)
  case boolean(Bool)

  /// The members of an object, sorted by the UTF-8 bytes of their names, each name once.
  package struct Object: Sendable, Equatable {
    /// A name and its value.
    package struct Member: Sendable, Equatable {
      /// The name.
      package let name: String
      /// The value.
      package let value: CanonicalJSON
    }

    /// The members in order.
    package let members: [Member]

    /// Sorts the members; of members with the same name, the last one stays.
    package init(_ members: [(String, CanonicalJSON)] = []) {
      var sorted: [Member] = []
      // A stable sort: later members of one name come later.
      let order = members.indices.sorted { i, j in
        let a = members[i].0.utf8
        let b = members[j].0.utf8
        return a.lexicographicallyPrecedes(b) || (!b.lexicographicallyPrecedes(a) && i < j)
      }
      for index in order {
        let (name, value) = members[index]
        if let last = sorted.last, last.name.utf8.elementsEqual(name.utf8) { sorted.removeLast() }
        sorted.append(Member(name: name, value: value))
      }
      self.members = sorted
    }

    /// The value of a name. Names are compared by their bytes.
    package subscript(name: String) -> CanonicalJSON? {
      members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// Whether there are no members.
    package var isEmpty: Bool { members.isEmpty }
  }

  /// The one encoding, with a newline at its end.
  package var bytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output, depth: 0)
    output.append(10)
    return output
  }

  private func write(to output: inout [UInt8], depth: Int) {
    switch self {
    case .object(let object):
      Self.writeList(object.members, "{", "}", to: &output, depth: depth) { member, output in
        Self.write(member.name, to: &output)
        output.append(contentsOf: ": ".utf8)
        member.value.write(to: &output, depth: depth + 1)
      }
    case .array(let values):
      if values.allSatisfy(\.isInteger) {
        output.append(contentsOf: "[".utf8)
        for (index, value) in values.enumerated() {
          if index > 0 { output.append(contentsOf: ", ".utf8) }
          value.write(to: &output, depth: depth)
        }
        output.append(contentsOf: "]".utf8)
      } else {
        Self.writeList(values, "[", "]", to: &output, depth: depth) { value, output in
          value.write(to: &output, depth: depth + 1)
        }
      }
    case .string(let text): Self.write(text, to: &output)
    case .integer(let value): output.append(contentsOf: String(value).utf8)
    case .boolean(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    }
  }

  private var isInteger: Bool {
    if case .integer = self { true } else { false }
  }

  private static func writeList<Item>(
    _ items: [Item], _ open: String, _ close: String, to output: inout [UInt8], depth: Int,
    _ writeItem: (Item, inout [UInt8]) -> Void
  ) {
    output.append(contentsOf: open.utf8)
    for (index, item) in items.enumerated() {
      if index > 0 { output.append(contentsOf: ",".utf8) }
      newLine(to: &output, depth: depth + 1)
      writeItem(item, &output)
    }
    if !items.isEmpty { newLine(to: &output, depth: depth) }
    output.append(contentsOf: close.utf8)
  }

  private static func newLine(to output: inout [UInt8], depth: Int) {
    output.append(10)
    output.append(contentsOf: repeatElement(32, count: 2 * depth))
  }

  private static func write(_ text: String, to output: inout [UInt8]) {
    output.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22: output.append(contentsOf: "\\\"".utf8)
      case 0x5c: output.append(contentsOf: "\\\\".utf8)
      case 0x08: output.append(contentsOf: "\\b".utf8)
      case 0x09: output.append(contentsOf: "\\t".utf8)
      case 0x0a: output.append(contentsOf: "\\n".utf8)
      case 0x0c: output.append(contentsOf: "\\f".utf8)
      case 0x0d: output.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        output.append(contentsOf: ("\\u00" + (byte < 16 ? "0" : "") + digits).utf8)
      default: output.append(byte)
      }
    }
    output.append(0x22)
  }
}
