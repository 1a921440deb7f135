import Delta
import LinearAlgebra
import TestSupport
import Testing

/// The definition of a change's grid integers, by 128-bit integers and schoolbook loops.
struct ExactSumTests {
  /// Σ left_ik right_jk in units of 2^(g − 60), exactly, then rounded to the grid, ties to even.
  static func oracle(_ delta: TensorDelta) -> [Int64] {
    guard let factors = delta.factors() else { return [] }
    let unit = delta.grid.exponent - 60
    let left = factors.left.storage.map { whole($0, unit: unit) }
    let right = factors.right.storage.map { whole($0, unit: 0) }
    var result: [Int64] = []
    for i in 0..<factors.rows {
      for j in 0..<factors.columns {
        var sum: Int128 = 0
        for k in 0..<factors.rank {
          sum += left[i * factors.rank + k] * right[j * factors.rank + k]
        }
        let (floor, rest) = (sum >> 60, sum & ((1 << 60) - 1))
        let up = rest > 1 << 59 || (rest == 1 << 59 && floor & 1 == 1)
        result.append(Int64(floor + (up ? 1 : 0)))
      }
    }
    return result
  }

  /// Σ_k max|left_k| max|right_k|, in units of the lowest bit of any left factor.
  private static func bound(_ delta: TensorDelta) -> Double {
    guard let factors = delta.factors() else { return 0 }
    let lowest =
      factors.left.storage.filter { $0 != 0 }.map {
        Int($0.exponent) - 52 + ($0.significandBitPattern | 1 << 52).trailingZeroBitCount
      }.min() ?? 0
    let sum = (0..<factors.rank).reduce(0.0) { sum, k in
      sum + (factors.left.column(k).map(abs).max() ?? 0)
        * (factors.right.column(k).map(abs).max() ?? 0)
    }
    return sum / Double(sign: .plus, exponent: lowest, significand: 1)
  }

  /// A float64 that is a multiple of 2^unit, in that unit.
  private static func whole(_ value: Double, unit: Int) -> Int128 {
    guard value != 0 else { return 0 }
    let significand = Int128(value.significandBitPattern | 1 << 52)
    let shift = Int(value.exponent) - 52 - unit
    let magnitude = shift >= 0 ? significand << Int128(shift) : significand >> Int128(-shift)
    precondition(shift >= 0 || magnitude << Int128(-shift) == significand, "no multiple")
    return value < 0 ? -magnitude : magnitude
  }

  @Test("the grid integers are the exact product rounded once", arguments: [1e-1, 1e-3, 1e-5])
  func oneGroup(precision: Double) throws {
    var random = SeededGenerator(seed: 77)
    let factors = try random.change(37, 61, weights: [1, 0.3, 0.3, 0.01])
    for exponent in [-44, -30, -20] {
      let grid = try FixedPointGrid(exponent: exponent)
      guard let (delta, _) = try? TensorDelta.encode(factors, grid: grid, precision: precision)
      else {
        #expect(exponent == -20, "only the coarse grid may refuse")
        continue
      }
      #expect(try gridIntegers([delta]) == Self.oracle(delta), "grid 2^\(exponent)")
    }
  }

  /// Thirty directions whose integers' products reach 2^51 each, so that one sum of all would pass 2^53.
  @Test("so they are where one product cannot hold the sum", arguments: [-44, -52])
  func severalGroups(exponent: Int) throws {
    var random = SeededGenerator(seed: 78)
    let factors = try random.change(130, 90, weights: Array(repeating: 1, count: 30))
    let grid = try FixedPointGrid(exponent: exponent)
    let (delta, _) = try TensorDelta.encode(factors, grid: grid, precision: 3e-7)
    #expect(delta.rank == 30)
    #expect(Self.bound(delta) > 0x1p53, "the case is too tame to show anything")
    #expect(try gridIntegers([delta]) == Self.oracle(delta))
  }

  @Test("and where only powers of two leave the integers room enough")
  func powersOfTwo() throws {
    var random = SeededGenerator(seed: 79)
    let factors = try random.change(130, 90, weights: [1, 1, 1, 0.5])
    let grid = try FixedPointGrid(exponent: -54)
    let (delta, error) = try TensorDelta.encode(factors, grid: grid, precision: 3e-8)
    #expect(error.worst <= 3e-8)
    #expect(try gridIntegers([delta]) == Self.oracle(delta))
  }

  @Test("bands are cut anywhere without a difference", arguments: [1, 3, 1000, 1 << 20])
  func bandsDoNotMatter(memoryLimit: Int) throws {
    var random = SeededGenerator(seed: 79)
    let grid = try FixedPointGrid(largestMagnitude: 1)
    var deltas: [TensorDelta] = []
    for _ in 0..<4 {
      deltas.append(
        try TensorDelta.encode(random.change(150, 600, weights: [1, 0.1]), grid: grid).delta)
    }
    deltas.append(
      .dense(
        try DenseDelta(
          gridIntegers: (0..<150 * 600).map { _ in Int64.random(in: -9...9, using: &random) },
          rows: 150, columns: 600, grid: grid)))
    #expect(try gridIntegers(deltas, memoryLimit: memoryLimit) == gridIntegers(deltas))
  }

  @Test("deltas commute: any order gives the same sums, and taking one out is as if it never was")
  func commutation() throws {
    var random = SeededGenerator(seed: 80)
    let grid = try FixedPointGrid(largestMagnitude: 1)
    for round in 0..<5 {
      var deltas: [TensorDelta] = []
      for k in 0..<Int.random(in: 2...7, using: &random) {
        let rank = Int.random(in: 1...5, using: &random)
        let weights = (0..<rank).map { 1 / Double($0 + k + 1) }
        let change = try random.change(40, 30, weights: weights)
        let precision = [1e-1, 1e-3, 1e-5][k % 3]
        deltas.append(
          k == 1
            ? try TensorDelta.encode(dense: change.schoolbook, grid: grid).delta
            : try TensorDelta.encode(change, grid: grid, precision: precision).delta)
      }
      let sums = try gridIntegers(deltas)
      #expect(try gridIntegers(deltas.shuffled(using: &random)) == sums, "round \(round)")
      let separate = try deltas.map { try gridIntegers([$0]) }
      let added = separate.dropFirst().reduce(separate[0]) { zip($0, $1).map { $0 + $1 } }
      #expect(added == sums)
      let without = try gridIntegers(Array(deltas.dropFirst()))
      #expect(zip(sums, separate[0]).map { $0 - $1 } == without)
    }
  }

  @Test("a decoded delta has the same integers as the one encoded")
  func payloadKeepsTheIntegers() throws {
    var random = SeededGenerator(seed: 81)
    let grid = try FixedPointGrid(largestMagnitude: 0.3)
    for precision in [0.3, 1e-2, 1e-4, 1e-6] {
      let (delta, _) = try TensorDelta.encode(
        random.change(70, 45, weights: [2, 1, 1, 0.1, 0.001]), grid: grid, precision: precision)
      let payload = delta.payload()
      let back = try TensorDelta(payload: payload, limits: limits(delta))
      #expect(back.payload() == payload)
      #expect(back.factors()?.left == delta.factors()?.left)
      #expect(back.factors()?.right == delta.factors()?.right)
      #expect(try gridIntegers([back]) == gridIntegers([delta]))
    }
  }

  @Test("a sum that passes 64 bits is an error, never a wrong weight")
  func overflow() throws {
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let large = try DenseDelta(gridIntegers: [1 << 61, 5], rows: 1, columns: 2, grid: grid)
    let stack = Array(repeating: TensorDelta.dense(large), count: 4)
    #expect(throws: DeltaError.sumOverflows(row: 0)) { try gridIntegers(stack) }
    #expect(try gridIntegers(Array(stack.dropLast())) == [3 << 61, 15])
  }

  @Test("deltas of another shape or grid are refused")
  func mismatches() throws {
    let grid = try FixedPointGrid(exponent: -40)
    let other = try FixedPointGrid(exponent: -41)
    let a = TensorDelta.dense(
      try DenseDelta(gridIntegers: [1, 2], rows: 1, columns: 2, grid: grid))
    let b = TensorDelta.dense(
      try DenseDelta(gridIntegers: [1, 2], rows: 1, columns: 2, grid: other))
    let c = TensorDelta.dense(
      try DenseDelta(gridIntegers: [1, 2], rows: 2, columns: 1, grid: grid))
    #expect(throws: DeltaError.gridMismatch(found: -41, expected: -40)) {
      try gridIntegers([a, b])
    }
    #expect(throws: DeltaError.shapeMismatch(what: "delta", found: [2, 1], expected: [1, 2])) {
      try gridIntegers([a, c])
    }
  }
}
