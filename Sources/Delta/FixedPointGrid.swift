/// The grid that all changes of one base tensor lie on: the multiples of 2^exponent.
///
/// Chosen once, from the largest magnitude in the tensor, and kept in the repository's description of
/// its base. Changes are counted in grid steps as 64-bit integers, so that sums of them do not depend
/// on their order.
package struct FixedPointGrid: Sendable, Hashable {
  /// The step is two to this power.
  package let exponent: Int

  /// How many bits below the tensor's largest magnitude the step lies.
  ///
  /// 44 leaves 64 − 44 − 2 = 18 bits above that magnitude for sums, and lies 20 bits below the last
  /// bit of a float32 of that magnitude.
  package static let depth = 44

  /// The exponents that keep every intermediate of the arithmetic a normal float64.
  package static let exponents = -600...600

  /// The grid of a tensor.
  ///
  /// - Parameter largestMagnitude: max |w| over the tensor; for a tensor of zeros, 1 is taken.
  /// - Throws: ``DeltaError/notFinite(what:)``, ``DeltaError/gridOutOfRange(exponent:)``.
  package init(largestMagnitude: Double) throws(DeltaError) {
    guard largestMagnitude.isFinite else { throw .notFinite(what: "the base tensor") }
    let magnitude = largestMagnitude == 0 ? 1 : abs(largestMagnitude)
    // The exponent of the power of two that is next above the magnitude.
    try self.init(exponent: Int(magnitude.exponent) + 1 - Self.depth)
  }

  /// The grid with the given exponent.
  ///
  /// - Throws: ``DeltaError/gridOutOfRange(exponent:)``.
  package init(exponent: Int) throws(DeltaError) {
    guard Self.exponents.contains(exponent) else { throw .gridOutOfRange(exponent: exponent) }
    self.exponent = exponent
  }

  /// The step, exactly.
  package var step: Double { Double.powerOfTwo(exponent) }
}

extension Double {
  /// Two to a power within the normal range, exactly, by its bits.
  static func powerOfTwo(_ exponent: Int) -> Double {
    precondition((-1022...1023).contains(exponent), "2^\(exponent) is no normal float64")
    return Double(bitPattern: UInt64(exponent + 1023) << 52)
  }
}
