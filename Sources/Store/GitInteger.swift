/// A number as Git's configuration has it: digits, and `k`, `m` or `g` for powers of 1024.
enum GitInteger {
  /// `nil` for anything else, and for what does not fit.
  static func parse(_ text: String) -> Int? {
    var digits = text.lowercased()[...]
    let shift: Int
    switch digits.last {
    case "k": shift = 10
    case "m": shift = 20
    case "g": shift = 30
    default: shift = 0
    }
    if shift > 0 { digits.removeLast() }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ 48...57 ~= $0 }), let number = Int(digits)
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
    return overflow ? nil : product
  }
}
