internal import ArgumentParser

/// An amount of memory as people write it: `512M`, `8G`, `1.5G`, `6000000000`. Powers of 1024, as in Git.
package struct MemorySize: ExpressibleByArgument, Equatable, Sendable {
  /// The number of bytes, at least one.
  package let bytes: Int

  /// Reads it; `nil` for anything else, and for more than the machine could count.
  package init?(argument: String) {
    var text = argument.uppercased()[...]
    if text.hasSuffix("IB") { text.removeLast(2) } else if text.hasSuffix("B") { text.removeLast() }
    var factor = 1.0
    if let suffix = text.last, let power = Self.powers[suffix] {
      factor = power
      text.removeLast()
    }
    // Decimal digits alone: what reads numbers also takes "nan", "0x10" and "1e9".
    guard text.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || (48...57).contains($0) }),
      let number = Double(text), let bytes = Int(exactly: (number * factor).rounded()), bytes > 0
    else { return nil }
    self.bytes = bytes
  }

  private static let powers: [Character: Double] = [
    "K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40,
  ]
}
