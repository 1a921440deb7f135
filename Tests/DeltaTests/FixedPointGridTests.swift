import Delta
import Testing

struct FixedPointGridTests {
  @Test("the step lies 44 bits below the power of two above the largest weight")
  func stepFollowsTheLargestWeight() throws {
    for (magnitude, exponent) in [(1.0, -43), (0.99, -44), (0.5, -44), (3.0, -42), (0.02, -49)] {
      let grid = try FixedPointGrid(largestMagnitude: magnitude)
      #expect(grid.exponent == exponent, "\(magnitude)")
      #expect(try FixedPointGrid(largestMagnitude: -magnitude) == grid)
      #expect(magnitude / grid.step < 0x1p44 && magnitude / grid.step >= 0x1p43)
    }
  }

  @Test("a tensor of zeros has a grid too")
  func zeros() throws {
    #expect(
      try FixedPointGrid(largestMagnitude: 0) == FixedPointGrid(largestMagnitude: 1))
  }

  @Test("the step is the power of two itself", arguments: [-600, -44, 0, 600])
  func stepIsExact(exponent: Int) throws {
    let step = try FixedPointGrid(exponent: exponent).step
    #expect(step.significand == 1 && Int(step.exponent) == exponent)
  }

  @Test("what has no grid is refused", arguments: [Double.nan, .infinity])
  func notFinite(magnitude: Double) {
    #expect(throws: DeltaError.notFinite(what: "the base tensor")) {
      try FixedPointGrid(largestMagnitude: magnitude)
    }
  }

  @Test("exponents beyond the arithmetic's reach are refused", arguments: [-601, 601, 1 << 40])
  func outOfRange(exponent: Int) {
    #expect(throws: DeltaError.gridOutOfRange(exponent: exponent)) {
      try FixedPointGrid(exponent: exponent)
    }
    #expect(throws: DeltaError.gridOutOfRange(exponent: -1065)) {
      try FixedPointGrid(largestMagnitude: 0x1p-1022)
    }
  }
}
