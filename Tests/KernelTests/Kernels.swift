import KernelVariants
import TestSupport
import Testing

/// A build of the kernels.
struct Kernels: @unchecked Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Points at a constant.
  private let table: UnsafePointer<emend_kernels>

  private init?(_ name: String, _ variant: emend_variant) {
    guard let table = emend_kernels_of(variant) else { return nil }
    testDescription = name
    self.table = table
  }

  var functions: emend_kernels { table.pointee }

  /// Those that this CPU can run; the first is what the program runs.
  static let all = [
    Kernels("dispatched", EMEND_DISPATCHED), Kernels("baseline", EMEND_BASELINE),
    Kernels("AVX2", EMEND_V3), Kernels("AVX-512", EMEND_V4),
  ].compactMap(\.self)

  static let dispatched = all[0]
}

extension SeededGenerator {
  /// Numbers spread evenly over ±`range`.
  mutating func numbers(_ count: Int, range: Float = 2) -> [Float] {
    (0..<count).map { _ in Float.random(in: -range...range, using: &self) }
  }
}

/// |found − expected| ≤ tolerance, and neither is NaN.
func isClose(_ found: Float, _ expected: Double, _ tolerance: Double) -> Bool {
  abs(Double(found) - expected) <= tolerance
}
