internal import Glibc

/// Numbers as people read them. The same on every machine: no locale takes part.
package enum Figures {
  /// With so many decimals, rounded as the C library does it: `0.970`.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    let text = formatted("%.*f", Int32(decimals), value.isNaN ? .nan : value)
    // What rounds to nothing has no sign.
    return text.hasPrefix("-") && !text.contains { "123456789in".contains($0) }
      ? String(text.dropFirst()) : text
  }

  /// With so many significant digits, a power of ten where that is shorter: `1e-03`.
  package static func significant(_ value: Double, digits: Int) -> String {
    formatted("%.*g", Int32(digits), value.isNaN ? .nan : value)
  }

  /// A share as a percentage: `0.4217` is `42.2 %`.
  package static func percentage(_ share: Double, decimals: Int = 1) -> String {
    fixed(share * 100, decimals: decimals) + " %"
  }

  /// A whole number with its thousands apart: `1,620`.
  package static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { grouped += "," }
      grouped.append(digit)
    }
    return value < 0 ? "-" + grouped : grouped
  }

  /// A number with its noun: `1 fact`, `50 facts`.
  package static func count(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
  }

  /// A size in decimal units: `847 B`, `20.8 kB`, `6.2 MB`.
  package static func bytes(_ count: Int) -> String {
    var value = Double(count)
    var prefixes = ["k", "M", "G", "T", "P", "E"][...]
    var unit = "B"
    // 999.95 would be printed as 1000.0.
    while value.magnitude >= (unit == "B" ? 1000 : 999.95), let prefix = prefixes.popFirst() {
      value /= 1000
      unit = prefix + "B"
    }
    return unit == "B" ? "\(count) B" : "\(fixed(value, decimals: 1)) \(unit)"
  }

  /// A time span, as fine as its size deserves: `4.2 ms`, `1.52 s`, `2 min 05 s`, `3 h 10 min`.
  package static func duration(_ span: Duration) -> String {
    let (whole, fraction) = span.components
    let seconds = Double(whole) + Double(fraction) * 1e-18
    switch seconds {
    case ..<0.9995: return fixed(seconds * 1000, decimals: 1) + " ms"
    case ..<59.995: return fixed(seconds, decimals: 2) + " s"
    default:
      let total = Int64(seconds.rounded())
      return total < 3600
        ? "\(total / 60) min \(padded(total % 60)) s"
        : "\(total / 3600) h \(padded(total % 3600 / 60)) min"
    }
  }

  /// A time span as a clock shows it: `0:05`, `1:02:03`.
  package static func clock(_ span: Duration) -> String {
    let total = max(0, span.components.seconds)
    let minutes = total / 60 % 60
    let head = total < 3600 ? "\(minutes)" : "\(total / 3600):\(padded(minutes))"
    return "\(head):\(padded(total % 60))"
  }

  /// The first twelve digits of an id, enough to name it by hand.
  package static func shortID(_ id: some CustomStringConvertible) -> String {
    String(id.description.prefix(12))
  }

  private static func padded(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func formatted(_ form: String, _ precision: Int32, _ value: Double) -> String {
    // 309 digits before the point, and room for the decimals.
    let capacity = 330 + Int(max(0, precision))
    return withVaList([precision, value]) { arguments in
      String(unsafeUninitializedCapacity: capacity) { buffer in
        let written = buffer.withMemoryRebound(to: CChar.self) {
          vsnprintf($0.baseAddress, capacity, form, arguments)
        }
        return min(max(0, Int(written)), capacity)
      }
    }
  }
}
