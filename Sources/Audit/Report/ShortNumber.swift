internal import Glibc

/// Figures in findings and pages: three significant digits, the same in every locale.
enum ShortNumber {
  /// `0.917`, `9.2e-04`, `12.3`.
  static func text(_ value: Double) -> String {
    withVaList([Int32(3), value]) { arguments in
      String(unsafeUninitializedCapacity: 40) { buffer in
        let written = buffer.withMemoryRebound(to: CChar.self) {
          vsnprintf($0.baseAddress, 40, "%.*g", arguments)
        }
        return min(max(0, Int(written)), 39)
      }
    }
  }

  /// `42.2 %`.
  static func percentage(_ share: Double) -> String { text(share * 100) + " %" }

  /// `1 fact`, `3 facts`.
  static func count(_ value: Int, _ noun: String) -> String {
    "\(value) \(value == 1 ? noun : noun + "s")"
  }
}
