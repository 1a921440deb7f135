/// Turns a tensor's name into one component of a path, and back.
///
/// Names come from other people's files: `../x`, `.git`, names that differ in case only. Bytes of the UTF-8 name other than
/// `a–z 0–9 _ - .` become `%` and two digits, and so does a dot at either end. Different names give different components, also
/// where a file system takes upper and lower case for the same.
package enum PathEscape {
  /// The component for a name. Never empty, never with a slash, never `.` or `..`.
  package static func component(for name: String) -> String {
    let bytes = Array(name.utf8)
    guard !bytes.isEmpty else { return "%" }
    var output: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      let isAtEnd = index == 0 || index == bytes.count - 1
      if isPlain(byte), !(isAtEnd && byte == UInt8(ascii: ".")) {
        output.append(byte)
      } else {
        output.append(UInt8(ascii: "%"))
        output.append(digit(byte >> 4))
        output.append(digit(byte & 15))
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The name that a component stands for; `nil` when no name gives it.
  package static func name(of component: String) -> String? {
    if component == "%" { return "" }
    var bytes: [UInt8] = []
    var rest = Array(component.utf8)[...]
    while let first = rest.popFirst() {
      guard first == UInt8(ascii: "%") else {
        bytes.append(first)
        continue
      }
      guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    guard let name = String(validating: bytes, as: UTF8.self) else { return nil }
    return self.component(for: name) == component ? name : nil
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
