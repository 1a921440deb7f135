import Delta
import LinearAlgebra
import TestSupport
import Testing

/// Many deltas are multiplied together where that changes nothing.
struct FusedSumTests {
  @Test(
    "however small some of them are, the sum is that of each one's own integers",
    arguments: [128 << 20, 100_000, 1])
  func mixed(memoryLimit: Int) throws {
    var random = SeededGenerator(seed: 91)
    let grid = try FixedPointGrid(exponent: -40)
    var deltas: [TensorDelta] = []
    for number in 0..<24 {
      // The smallest have steps below the grid's, so that each is rounded to it by itself.
      let weight = [1, 1e-2, 1e-4, 1e-6, 1e-7, 1e-8][number % 6]
      let rank = 1 + number % 3
      deltas.append(
        try TensorDelta.encode(
          random.change(29, 43, weights: Array(repeating: weight, count: rank)), grid: grid,
          precision: 1e-3
        ).delta)
    }
    let expected = deltas.map { ExactSumTests.oracle($0) }.reduce(
      Array(repeating: Int64(0), count: 29 * 43)
    ) { zip($0, $1).map(+) }
    #expect(try gridIntegers(deltas, memoryLimit: memoryLimit) == expected)
    // Each alone, and the others without it, too.
    let alone = try deltas.map { try gridIntegers([$0]) }
    #expect(alone == deltas.map { ExactSumTests.oracle($0) })
    for gone in [0, 4, 23] {
      var rest = deltas
      rest.remove(at: gone)
      let sum = zip(expected, alone[gone]).map { $0 - $1 }
      #expect(try gridIntegers(rest.reversed(), memoryLimit: memoryLimit) == sum)
    }
  }

  @Test("changes too large to be summed at once are summed one after the other")
  func large() throws {
    var random = SeededGenerator(seed: 92)
    // Elements near 2^60 grid steps: four of them pass the bound of one product.
    let grid = try FixedPointGrid(exponent: -61)
    let deltas = try (0..<3).map { _ in
      try TensorDelta.encode(
        random.change(9, 11, weights: [0.05]), grid: grid, precision: 1e-3
      ).delta
    }
    let expected = deltas.map { ExactSumTests.oracle($0) }.reduce(
      Array(repeating: Int64(0), count: 99)
    ) { zip($0, $1).map(+) }
    #expect(try gridIntegers(deltas + deltas.map { $0 }) == expected.map { $0 * 2 })
  }
}
