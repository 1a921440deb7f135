internal import Glibc

/// Maps values to places along an axis, and says where its marks stand.
package struct AxisScale: Sendable {
  /// A mark on the axis.
  package struct Tick: Sendable, Equatable {
    /// Where it stands.
    package let value: Double
    /// What is written there.
    package let label: String

    /// Makes a mark.
    package init(_ value: Double, _ label: String) {
      self.value = value
      self.label = label
    }
  }

  /// The marks, in rising order.
  package let ticks: [Tick]
  /// What stands at each of the places 0, 1, 2 and so on, whether it is written there or not; none of numbers.
  private var names: [String] = []
  private let lower: Double
  private let upper: Double
  private let isLogarithmic: Bool

  /// Equal distances for equal differences, with marks at round values.
  ///
  /// A range without extent, or one that is not finite, becomes one around its lower end.
  package static func linear(_ range: ClosedRange<Double>) -> AxisScale {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    if !lower.isFinite { lower = 0 }
    if !upper.isFinite || upper <= lower { upper = lower + max(1, abs(lower) * 0.1) }
    let rough = (upper - lower) / 5
    let power = pow(10, floor(log10(rough)))
    let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? rough
    let (first, last) = (ceil(lower / step - 1e-9), floor(upper / step + 1e-9))
    let decimals = max(0, Int(-floor(log10(step) + 1e-9)))
    let ticks = stride(from: first, through: last, by: 1).map { count in
      Tick(count * step, PlotNumber.text(count * step, decimals: decimals))
    }
    return AxisScale(ticks: ticks, lower: lower, upper: upper, isLogarithmic: false)
  }

  /// Equal distances for equal ratios, with marks at 1, 10, 100 and so on, and between where there are few.
  ///
  /// - Precondition: the range lies above 0.
  package static func logarithmic(_ range: ClosedRange<Double>) -> AxisScale {
    precondition(range.lowerBound > 0, "no logarithm of \(range.lowerBound)")
    let lower = range.lowerBound
    let upper = range.upperBound > lower ? range.upperBound : lower * 10
    let decades = log10(upper / lower)
    let factors: [Double] = decades < 1.5 ? [1, 2, 5] : decades < 3 ? [1, 3] : [1]
    let powers = stride(from: floor(log10(lower)), through: ceil(log10(upper)), by: 1)
    let ticks = powers.flatMap { power in factors.map { $0 * pow(10, power) } }
      .filter { $0 >= lower * 0.999 && $0 <= upper * 1.001 }
      .map { Tick($0, PlotNumber.short($0)) }
    return AxisScale(ticks: ticks, lower: lower, upper: upper, isLogarithmic: true)
  }

  /// A place a name: positions 0, 1, 2 and so on in the middle of equal parts.
  ///
  /// Of more than `limit` names, or than have room side by side, every second, third and so on is written.
  package static func names(_ names: [String], limit: Int = 24) -> AxisScale {
    // In units of the picture: a letter takes some 7, and all names together some 540.
    let longest = names.map(\.count).max() ?? 0
    let most = max(1, min(limit, 540 / (7 * longest + 8)))
    let every = max(1, (names.count + most - 1) / most)
    let ticks = names.enumerated().filter { $0.offset % every == 0 }
      .map { Tick(Double($0.offset), $0.element) }
    return AxisScale(
      ticks: ticks, names: names, lower: -0.5, upper: max(0.5, Double(names.count) - 0.5),
      isLogarithmic: false)
  }

  /// What a value is called: its name where the axis has names, the number otherwise.
  package func label(of value: Double) -> String {
    if let place = Int(exactly: value), names.indices.contains(place) { return names[place] }
    return ticks.first { $0.value == value }?.label
      ?? PlotNumber.text(value, decimals: value == value.rounded() ? 0 : 3)
  }

  /// Where a value stands: 0 at the lower end, 1 at the upper; what lies outside is put at the end.
  package func position(_ value: Double) -> Double {
    let share =
      isLogarithmic
      ? log(max(value, lower) / lower) / log(upper / lower) : (value - lower) / (upper - lower)
    return share.isFinite ? min(1, max(0, share)) : 0
  }
}
