internal import Glibc

/// A number that is measured, as decimal text: the same bytes wherever it is written.
package struct DecimalText: Sendable, Hashable, CustomStringConvertible {
  /// The digits, such as `0.00098` or `-1.5e-07`.
  package let description: String

  /// The shortest text that reads back as the same double; `nil` for infinities and NaN.
  package init?(_ value: Double) {
    guard value.isFinite else { return nil }
    description = value == 0 ? "0.0" : "\(value)"
  }

  /// Takes text of the form `-?digits[.digits][e[+-]digits]`, at most 40 bytes; `nil` for anything else, and for
  /// what is too large for a double.
  package init?(_ text: String) {
    guard text.utf8.count <= 40, Self.isDecimal(Array(text.utf8)), let value = Double(text),
      value.isFinite
    else { return nil }
    description = text
  }

  /// A number to some significant digits: enough for people and checks, and short. What is not finite, and
  /// so was never measured, becomes 0.
  package static func rounded(_ value: Double, digits: Int = 6) -> DecimalText {
    DecimalText(digits: value.rounded(toSignificantDigits: digits))
  }

  private init(digits value: Double) { description = value == 0 ? "0.0" : "\(value)" }

  /// The number.
  package var value: Double { Double(description) ?? .nan }

  private static func isDecimal(_ text: [UInt8]) -> Bool {
    var rest = text[...]
    func takeDigits() -> Bool {
      let digits = rest.prefix { 48...57 ~= $0 }
      rest = rest.dropFirst(digits.count)
      return !digits.isEmpty
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    guard takeDigits() else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard takeDigits() else { return false }
    }
    if rest.first == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
      guard takeDigits() else { return false }
    }
    return rest.isEmpty
  }
}

extension Double {
  fileprivate func rounded(toSignificantDigits digits: Int) -> Double {
    guard self != 0, isFinite else { return 0 }
    var text = [CChar](repeating: 0, count: 64)
    let count = withVaList([Int32(digits - 1), self]) {
      vsnprintf(&text, text.count, "%.*e", $0)
    }
    return Double(String(decoding: text.prefix(Int(count)).map(UInt8.init), as: UTF8.self)) ?? 0
  }
}
