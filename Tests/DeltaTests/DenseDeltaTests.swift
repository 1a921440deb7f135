import Delta
import LinearAlgebra
import TestSupport
import Testing

struct DenseDeltaTests {
  private func roundTrip(_ integers: [Int64], rows: Int, columns: Int) throws -> Int {
    let grid = try FixedPointGrid(exponent: -44)
    let dense = try DenseDelta(gridIntegers: integers, rows: rows, columns: columns, grid: grid)
    let payload = dense.payload()
    let back = try TensorDelta(
      payload: payload, limits: PayloadLimits(rows: rows, columns: columns))
    #expect(try gridIntegers([back]) == integers)
    #expect(back.payload() == payload)
    return payload.count
  }

  @Test("integers of every size come back", arguments: [0, 1, 12, 29, 31, 50, 61])
  func everySize(bits: Int) throws {
    var random = SeededGenerator(seed: UInt64(bits))
    let limit: Int64 = 1 << Int64(bits)
    let integers = (0..<700).map { _ in Int64.random(in: -limit...limit, using: &random) }
    _ = try roundTrip(integers, rows: 7, columns: 100)
    _ = try roundTrip([limit, -limit, 0], rows: 1, columns: 3)
  }

  @Test(
    "tensors of several blocks, and one element more or less",
    arguments: [65_535, 65_536, 65_537, 200_001])
  func blocks(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    let integers = (0..<count).map {
      Int64($0 % 1000 == 0 ? 0 : Int.random(in: -40...40, using: &random))
    }
    _ = try roundTrip(integers, rows: 1, columns: count)
    let wide = Array(integers.prefix(count / 3 * 3))
    _ = try roundTrip(wide, rows: 3, columns: count / 3)
  }

  @Test(
    "few numbers among zeros come back, wherever they stand",
    arguments: [1, 2, 700, 1023, 1024, 1025, 20_000, 32_767, 32_768])
  func few(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    let size = 65_536 + 1000
    var integers = [Int64](repeating: 0, count: size)
    // The ends of the blocks, then any.
    var places = [65_535, 0, size - 1, 65_536] + (0..<size).shuffled(using: &random)
    places.removeLast(places.count - count)
    for place in places {
      let shift = Int64.random(in: 0...50, using: &random)
      integers[place] = (Int64.random(in: 0...1000, using: &random) - 400) << shift
      if integers[place] == 0 { integers[place] = 1 }
    }
    _ = try roundTrip(integers, rows: 1, columns: size)
    _ = try roundTrip(Array(integers[1...]) + [0], rows: 4, columns: size / 4)
  }

  @Test(
    "spans of blocks come back, whole and by bands of rows, beside blocks of many numbers",
    arguments: [3, 1000, 16_000, 40_000])
  func spans(perBlock: Int) throws {
    var random = SeededGenerator(seed: UInt64(perBlock))
    let (rows, columns, block) = (700, 1000, 65_536)
    var integers = [Int64](repeating: 0, count: rows * columns)
    for first in stride(from: 0, to: integers.count, by: block) where first != 3 * block {
      // One block is all zeros, one has as many numbers as it can.
      let many = first == 6 * block ? block : perBlock
      for _ in 0..<many {
        let place = first + Int.random(in: 0..<block, using: &random)
        guard place < integers.count else { continue }
        integers[place] = Int64.random(in: -300...300, using: &random) << (place % 3 == 0 ? 20 : 4)
      }
    }
    integers[integers.count - 1] = 1
    _ = try roundTrip(integers, rows: rows, columns: columns)
    let grid = try FixedPointGrid(exponent: -44)
    let dense = try DenseDelta(gridIntegers: integers, rows: rows, columns: columns, grid: grid)
    // Memory for a few rows at a time.
    let bands = try gridIntegers([.dense(dense), .dense(dense)], memoryLimit: 1 << 17)
    #expect(bands == integers.map { 2 * $0 })
    let norm = integers.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() * grid.step
    #expect(abs(try dense.frobeniusNorm() - norm) < 1e-12 * norm)
  }

  @Test("zeros cost a byte a block")
  func zeros() throws {
    #expect(try roundTrip(Array(repeating: 0, count: 200_000), rows: 200, columns: 1000) < 20)
  }

  @Test("what all elements share costs nothing: half-precision changes are coarse multiples")
  func commonFactor() throws {
    var random = SeededGenerator(seed: 1)
    let fine = (0..<20_000).map { _ in Int64((random.normal() * 8).rounded()) }
    let coarse = fine.map { $0 << 33 }
    let (a, b) = (
      try roundTrip(fine, rows: 100, columns: 200), try roundTrip(coarse, rows: 100, columns: 200)
    )
    #expect(b <= a + 10)
  }

  @Test("size is within 5 % of the integers' entropy", arguments: [0.15, 1, 20, 3000])
  func closeToEntropy(deviation: Double) throws {
    var random = SeededGenerator(seed: 9)
    let integers = (0..<131_072).map { _ in Int64((random.normal() * deviation).rounded()) }
    let bytes = Double(try roundTrip(integers, rows: 128, columns: 1024))
    let entropy = entropyBytes(integers)
    #expect(bytes < entropy * 1.05 + 60, "\(bytes) bytes, entropy \(entropy)")
  }

  @Test("so is that of changes of half-precision weights, whose last places differ")
  func mixedScales() throws {
    var random = SeededGenerator(seed: 12)
    let integers = (0..<131_072).map { _ -> Int64 in
      let place = Int64.random(in: 0...5, using: &random)
      return Int64((random.normal() * Double(64 >> place)).rounded()) << (20 + place)
    }
    let bytes = Double(try roundTrip(integers, rows: 128, columns: 1024))
    #expect(bytes < entropyBytes(integers) * 1.05, "\(bytes) of \(entropyBytes(integers))")
  }

  @Test("pieces of any size build the same delta")
  func builder() throws {
    var random = SeededGenerator(seed: 14)
    let grid = try FixedPointGrid(exponent: -44)
    let integers = (0..<150_000).map { _ in Int64.random(in: -9...9, using: &random) }
    let whole = try DenseDelta(gridIntegers: integers, rows: 150, columns: 1000, grid: grid)
    var builder = DenseDeltaBuilder(rows: 150, columns: 1000, grid: grid)
    var position = 0
    while position < integers.count {
      let count = min(Int.random(in: 0...70_000, using: &random), integers.count - position)
      integers[position..<position + count].withUnsafeBufferPointer { builder.append($0) }
      position += count
    }
    #expect(try builder.finish().payload() == whole.payload())
  }

  @Test("a sparse correction costs about its entropy")
  func sparse() throws {
    var random = SeededGenerator(seed: 10)
    let integers = (0..<262_144).map { _ -> Int64 in
      let draw = Double.random(in: 0..<1, using: &random)
      return draw < 0.0075 ? 1 << 20 : draw < 0.015 ? -(1 << 20) : 0
    }
    let bits = Double(try roundTrip(integers, rows: 512, columns: 512)) * 8 / 262_144
    #expect(bits < 0.1274 * 1.05, "\(bits) bits an element, entropy 0.127")
  }

  @Test(
    "so does a change of few elements with many different numbers, spread or in rows",
    arguments: [(0.002, 1), (0.01, 1), (0.06, 1), (0.2, 1), (0.01, 1024)])
  func sparseNumbers(share: Double, together: Int) throws {
    var random = SeededGenerator(seed: 13)
    let (rows, columns) = (2048, 1024)
    var integers = [Int64](repeating: 0, count: rows * columns)
    for first in stride(from: 0, to: integers.count, by: together)
    where Double.random(in: 0..<1, using: &random) < share {
      for element in first..<first + together {
        let place = Int64.random(in: 0...5, using: &random)
        integers[element] = Int64((random.normal() * Double(64 >> place)).rounded()) << (20 + place)
      }
    }
    let bytes = Double(try roundTrip(integers, rows: rows, columns: columns))
    let entropy = entropyBytes(integers)
    #expect(bytes < entropy * 1.05, "\(bytes) bytes, entropy \(entropy)")
  }

  @Test("the error asked for holds on a dense change", arguments: [0.3, 1e-2, 1e-4])
  func errorHolds(precision: Double) throws {
    var random = SeededGenerator(seed: 11)
    let change = random.matrix(30, 50)
    let grid = try FixedPointGrid(largestMagnitude: 4)
    let keys = random.matrix(50, 2)
    let (delta, error) = try TensorDelta.encode(
      dense: change, grid: grid, precision: precision, keys: .columns(keys))
    let found = Matrix(
      rows: 30, columns: 50, try gridIntegers([delta]).map { Double($0) * grid.step })
    let off = difference(found, change)
    #expect(off.frobeniusNorm <= precision * change.frobeniusNorm)
    let onKeys = schoolbookProduct(off, keys).frobeniusNorm
    #expect(onKeys <= precision * schoolbookProduct(change, keys).frobeniusNorm)
    #expect(error.worst <= precision && error.worst > precision * 0.5)
    guard case .dense(let dense) = delta else {
      Issue.record("not dense")
      return
    }
    #expect(try dense.values() == found)
    #expect(abs(try delta.frobeniusNorm() - found.frobeniusNorm) < 1e-12 * found.frobeniusNorm)
  }

  @Test("a change given by its elements is stored as directions exactly where that is smaller")
  func smallestForm() throws {
    var random = SeededGenerator(seed: 12)
    let grid = try FixedPointGrid(largestMagnitude: 4)
    let few = try random.change(60, 90, weights: [3, 1, 0.2]).schoolbook
    let noisy = Matrix(
      rows: 60, columns: 90, few.storage.map { $0 + 1e-4 * random.normal() })
    let many = random.matrix(60, 90)
    let vector = random.matrix(1, 90)
    for (change, rank) in [(few, 3), (noisy, 3), (many, nil), (vector, nil)] as [(Matrix, Int?)] {
      let (delta, error) = try TensorDelta.encode(smallest: change, grid: grid, precision: 1e-2)
      let (dense, _) = try TensorDelta.encode(dense: change, grid: grid, precision: 1e-2)
      #expect(delta.rank == rank)
      #expect(delta.payload().count <= dense.payload().count)
      let found = Matrix(
        rows: change.rows, columns: change.columns,
        try gridIntegers([delta]).map { Double($0) * grid.step })
      let off = difference(found, change).frobeniusNorm / change.frobeniusNorm
      #expect(off <= error.relative && error.relative <= 1e-2)
    }
    // Elements that the noise alone makes different can only be kept one by one.
    #expect(try TensorDelta.encode(smallest: noisy, grid: grid, precision: 1e-6).delta.rank == nil)
  }

  @Test("without a precision the grid itself is the only rounding")
  func gridOnly() throws {
    let grid = try FixedPointGrid(exponent: -3)
    let change = Matrix(rows: 1, columns: 5, [0.125, 0.1875, 0.3125, -7, 0.06])
    let (delta, _) = try TensorDelta.encode(dense: change, grid: grid, precision: nil)
    #expect(try gridIntegers([delta]) == [1, 2, 2, -56, 0])
  }

  @Test("a dense change that is not finite, too small or too large is refused")
  func refusals() throws {
    let grid = try FixedPointGrid(exponent: -40)
    #expect(throws: DeltaError.notFinite(what: "the change")) {
      try TensorDelta.encode(dense: Matrix(rows: 1, columns: 2, [1, .nan]), grid: grid)
    }
    #expect {
      try TensorDelta.encode(dense: Matrix(rows: 1, columns: 2, [1e-13, 1e-13]), grid: grid)
    } throws: {
      if case .changeBelowGrid = $0 as? DeltaError { return true }
      return false
    }
    #expect {
      try TensorDelta.encode(dense: Matrix(rows: 1, columns: 1, [1e9]), grid: grid)
    } throws: {
      if case .changeAboveGrid = $0 as? DeltaError { return true }
      return false
    }
    // Alone, and where its block is full before the end.
    for (count, integer) in [(1, 1 << 62), (5000, Int64.min), (5000, Int64.max)] {
      var integers = [Int64](repeating: 0, count: count)
      integers[0] = integer
      #expect {
        try DenseDelta(gridIntegers: integers, rows: 1, columns: count, grid: grid)
      } throws: {
        if case .changeAboveGrid = $0 as? DeltaError { return true }
        return false
      }
    }
  }

  private func entropyBytes(_ integers: [Int64]) -> Double {
    let counts = Dictionary(grouping: integers, by: { $0 }).mapValues { Double($0.count) }
    let total = Double(integers.count)
    return counts.values.reduce(0) { $0 - $1 / 8 * (logTwo($1) - logTwo(total)) }
  }

  private func logTwo(_ x: Double) -> Double {
    var (rest, result, weight) = (x.significand, Double(x.exponent), 0.5)
    for _ in 0..<40 {
      rest *= rest
      if rest >= 2 {
        rest /= 2
        result += weight
      }
      weight /= 2
    }
    return result
  }
}
