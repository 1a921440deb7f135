/// Looks for words in facts, letter case aside.
package struct FactSearch: Sendable {
  private let needle: String
  /// The bytes to look for in stored lines; `nil` where a line's bytes do not tell.
  private let bytes: [UInt8]?

  /// Looks for some words.
  package init(_ text: String) {
    needle = text.lowercased()
    // Quotes, backslashes and control characters are written otherwise in a line; and of the letters beyond ASCII, two become ones
    // with an ASCII letter in them: İ and K (kelvin).
    let isPlain = needle.utf8.allSatisfy {
      $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    bytes = isPlain ? Array(needle.utf8) : nil
  }

  /// Whether a fact's subject, prompt or objects contain the words.
  package func matches(_ fact: Fact) -> Bool {
    [fact.subject, fact.prompt.text, fact.targetNew, fact.targetTrue ?? ""]
      .joined(separator: "\n").lowercased().contains(needle)
  }

  /// Whether any fact of some stored lines can match: `false` is certain.
  package func mayMatch(_ lines: [UInt8]) -> Bool {
    guard let bytes, let first = bytes.first else { return true }
    return lines.withUnsafeBufferPointer { lines in
      bytes.withUnsafeBufferPointer { bytes in
        let other = Self.capital(first)
        var hasOther = false
        let last = lines.count - bytes.count
        for start in lines.indices {
          let byte = lines[start]
          if byte >= 0x80 { hasOther = true }
          guard byte == first || byte == other, start <= last else { continue }
          var length = 1
          while length < bytes.count, Self.small(lines[start + length]) == bytes[length] {
            length += 1
          }
          if length == bytes.count { return true }
        }
        return hasOther && bytes.contains { $0 == UInt8(ascii: "i") || $0 == UInt8(ascii: "k") }
      }
    }
  }

  private static func small(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }

  private static func capital(_ byte: UInt8) -> UInt8 {
    (0x61...0x7A).contains(byte) ? byte & ~0x20 : byte
  }
}
