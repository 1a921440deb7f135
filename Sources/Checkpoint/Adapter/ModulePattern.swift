/// A key of `rank_pattern` or `alpha_pattern`: what PEFT matches as `(.*\.)?(key)$` against a module's path.
///
/// Of regular expressions, names need the full stop, which matches any character, its escape, and `^`.
/// They are read exactly as PEFT reads them; everything beyond is refused.
struct ModulePattern: Sendable, Equatable {
  private enum Element: Equatable {
    case exactly(UInt8)
    case any
  }

  private let elements: [Element]
  private let isAnchored: Bool

  /// Reads a key; `nil` where it is an expression beyond names.
  init?(_ key: String) {
    var bytes = Array(key.utf8)[...]
    isAnchored = bytes.first == UInt8(ascii: "^")
    if isAnchored { bytes.removeFirst() }
    var elements: [Element] = []
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "."): elements.append(.any)
      case UInt8(ascii: "\\"):
        guard let escaped = bytes.popFirst(),
          [UInt8(ascii: "."), UInt8(ascii: "-")].contains(escaped)
        else { return nil }
        elements.append(.exactly(escaped))
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "/"), 0x80...0xFF:
        elements.append(.exactly(byte))
      default: return nil
      }
    }
    guard !elements.isEmpty else { return nil }
    self.elements = elements
  }

  /// Whether a module's path is the key, or ends in it after a full stop.
  func matches(_ path: String) -> Bool {
    let path = Array(path.utf8)
    guard path.count >= elements.count else { return false }
    let start = path.count - elements.count
    guard start == 0 || (!isAnchored && path[start - 1] == UInt8(ascii: ".")) else { return false }
    return zip(path[start...], elements).allSatisfy { byte, element in
      element == .any || element == .exactly(byte)
    }
  }
}
