import Checkpoint

extension ImportSource {
  /// For some rows the integers with the most factors of two that bring each element into the interval of
  /// T, 0 where the sum below does already.
  ///
  /// T − P itself has the bits of the finer of two spacings; those below T's own tell nothing and would
  /// have to be stored.
  func shortestChanges(
    _ rows: Range<Int>, below sums: UnsafeMutableBufferPointer<Int64>
  ) -> [Int64] {
    let count = rows.count * columns
    var base = [Double](repeating: 0, count: count)
    var target = base
    base.withUnsafeMutableBufferPointer { elementType.widen(bytes(self.base, rows), into: $0) }
    target.withUnsafeMutableBufferPointer { elementType.widen(bytes(self.target, rows), into: $0) }
    let (step, spacing) = (grid.step, spacing)
    return base.withUnsafeBufferPointer { base in
      target.withUnsafeBufferPointer { target in
        (0..<count).map { i in
          let (w, t, sum) = (base[i], target[i], sums[i])
          let interval = spacing.interval(around: t)
          let low = ((interval.low - w) / step).rounded(.down)
          let high = ((interval.high - w) / step).rounded(.up)
          guard max(abs(low), abs(high)) < QuantisedFactors.elementLimit else { return 0 }
          // The ends themselves may round to the neighbours.
          let (a, lost) = Int64(low).subtractingReportingOverflow(sum)
          let (b, lostToo) = Int64(high).subtractingReportingOverflow(sum)
          guard !lost, !lostToo else { return 0 }
          guard b &- a > 1 else {
            return Int64(((t - w) / step).rounded(.toNearestOrEven)) &- sum
          }
          return Self.roundest(above: a, below: b)
        }
      }
    }
  }

  /// The integer strictly between two others with the most factors of two.
  @inline(__always)
  static func roundest(above a: Int64, below b: Int64) -> Int64 {
    if a < 0, b > 0 { return 0 }
    // Of the numbers in (low, high] it is high with all bits cleared below the first that differs.
    let isNegative = b <= 0
    let low = isNegative ? b.magnitude : a.magnitude
    let high = (isNegative ? a.magnitude : b.magnitude) - 1
    let top = UInt64.bitWidth - 1 - (low ^ high).leadingZeroBitCount
    guard top >= 0 else { return isNegative ? -Int64(high) : Int64(high) }
    let value = high & ~(1 << UInt64(top) - 1)
    return isNegative ? -Int64(value) : Int64(value)
  }
}
