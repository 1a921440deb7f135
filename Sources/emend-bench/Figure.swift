/// Numbers as people read them.
enum Figure {
  /// With a fixed number of decimals.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let units = Int((abs(value) * scale).rounded())
    let sign = value < 0 && units > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(units)" }
    let fraction = String(units % Int(scale))
    let padding = String(repeating: "0", count: decimals - fraction.count)
    return "\(sign)\(units / Int(scale)).\(padding)\(fraction)"
  }

  static func seconds(_ value: Double) -> String {
    value < 0.1 ? "\(fixed(value * 1000, 2)) ms" : "\(fixed(value, 3)) s"
  }

  /// Three significant digits and a power of ten.
  static func scientific(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "\(value)" }
    var mantissa = abs(value)
    var exponent = 0
    while mantissa >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 0.9995 {
      mantissa *= 10
      exponent -= 1
    }
    return "\(value < 0 ? "-" : "")\(fixed(mantissa, 2))e\(exponent)"
  }

  /// Right-aligned in a column.
  static func column(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
