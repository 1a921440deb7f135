internal import Glibc

/// Numbers in charts: coordinates and marks, the same in every locale.
package enum PlotNumber {
  /// With so many decimals.
  package static func text(_ value: Double, decimals: Int) -> String {
    let scale = pow(10, Double(decimals))
    let scaled = (value * scale).rounded()
    // Whatever cannot be counted in the last decimal is written as Swift does it.
    guard scaled.isFinite, abs(scaled) < 1e15 else { return "\(value)" }
    let magnitude = Int(abs(scaled))
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(magnitude)" }
    let digits = String(magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }

  /// A coordinate, to a hundredth of a unit.
  static func coordinate(_ value: Double) -> String { text(value, decimals: 2) }

  /// A mark of a logarithmic axis: `1e-5`, `0.01`, `3`, `1000`.
  static func short(_ value: Double) -> String {
    let power = floor(log10(value) + 1e-9)
    if power < -3 { return "\(text(value / pow(10, power), decimals: 0))e\(Int(power))" }
    return value >= 1
      ? text(value, decimals: 0) : text(value, decimals: Int(ceil(-log10(value) - 1e-9)))
  }
}
