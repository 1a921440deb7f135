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

  /// Eight partial sums are added up in their order.
  private static func sum<Element: AdditiveArithmetic>(
    _ e: (Element, Element, Element, Element, Element, Element, Element, Element)
  ) -> Element { ((e.0 + e.1) + (e.2 + e.3)) + ((e.4 + e.5) + (e.6 + e.7)) }
}
