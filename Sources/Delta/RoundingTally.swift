internal import CKernels

/// How much of a change rounding to the stored type takes away.
package struct RoundingTally: Sendable {
  var sums = emend_rounding()

  /// Nothing was written yet.
  package init() {}

  /// Numbers that the change moves.
  package var changed: Int { Int(Self.sum(sums.changed)) }
  /// Numbers that the change moves, and that are stored as they were before.
  package var swallowed: Int { Int(Self.sum(sums.swallowed)) }
  /// ‖W' − (W + Δ)‖_F / ‖Δ‖_F over all that was written; 0 where nothing changes.
  package var share: Double {
    let (lost, wanted) = (Self.sum(sums.lost), Self.sum(sums.wanted))
    return wanted > 0 ? (lost / wanted).squareRoot() : 0
  }
  /// From here on an edit is better handed on in float32 or as an adapter.
  package var isWorthMentioning: Bool { share > 0.01 }

  /// Adds what became of before + step · sums when it was stored as `after`.
  mutating func add(
    _ sums: UnsafeBufferPointer<Int64>, step: Double, before: UnsafeMutableBufferPointer<Double>,
    after: UnsafeMutableBufferPointer<Double>
  ) {
    guard let n = sums.baseAddress, let x = before.baseAddress, let y = after.baseAddress else {
      return
    }
    emend_tally_rounding(n, step, x, y, sums.count, &self.sums)
  }

  /// Adds what became of before + change when it was stored as `after`.
  mutating func add(_ change: Double, before: Double, after: Double) {
    guard change != 0 else { return }
    let lost = after - (before + change)
    sums.lost.0 += lost * lost
    sums.wanted.0 += change * change
    sums.swallowed.0 += after == before ? 1 : 0
    sums.changed.0 += 1
  }

  /// Adds changed numbers that another type holds as it would without the change: its rounding moves even those from what was
  /// before, so that they are not among the numbers that stayed.
  mutating func addSwallowed(
    where isChanged: (Int) -> Bool, _ before: UnsafeMutableBufferPointer<Double>,
    _ converted: [Double], _ after: UnsafeMutableBufferPointer<Double>
  ) {
    for index in converted.indices
    where after[index] == converted[index] && after[index] != before[index] && isChanged(index) {
      sums.swallowed.0 += 1
    }
  }

  /// Adds what another tensor's rounding takes away.
  package mutating func add(_ other: RoundingTally) {
    Self.add(other.sums.lost, to: &sums.lost)
    Self.add(other.sums.wanted, to: &sums.wanted)
    Self.add(other.sums.swallowed, to: &sums.swallowed)
    Self.add(other.sums.changed, to: &sums.changed)
  }

  private static func add<Element: AdditiveArithmetic>(
    _ e: Eight<Element>, to sum: inout Eight<Element>
  ) {
    sum.0 += e.0
    sum.1 += e.1
    sum.2 += e.2
    sum.3 += e.3
    sum.4 += e.4
    sum.5 += e.5
    sum.6 += e.6
    sum.7 += e.7
  }

  private typealias Eight<Element> = (
    Element, Element, Element, Element, Element, Element, Element, Element
  )

  /// Eight partial sums are added up in their order.
  private static func sum<Element: AdditiveArithmetic>(_ e: Eight<Element>) -> Element {
    ((e.0 + e.1) + (e.2 + e.3)) + ((e.4 + e.5) + (e.6 + e.7))
  }
}
