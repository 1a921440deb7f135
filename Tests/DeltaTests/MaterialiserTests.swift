import Checkpoint
import Delta
import LinearAlgebra
import TestSupport
import Testing

struct MaterialiserTests {
  private func apply<Bits: FixedWidthInteger>(
    _ sums: [Int64], to stored: [Bits], _ type: ElementType, grid: FixedPointGrid
  ) throws -> [Bits] {
    var result = stored.map { _ in Bits.zero }
    try sums.withUnsafeBufferPointer { sums in
      try stored.withUnsafeBytes { source in
        try result.withUnsafeMutableBytes {
          try Materialiser(elementType: type, grid: grid).apply(sums, to: source, into: $0)
        }
      }
    }
    return result
  }

  /// Sums of all sizes, a third of them 0.
  private func sums(_ count: Int, seed: UInt64) -> [Int64] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { index in
      let limit: Int64 = 1 << Int64.random(in: 0...61, using: &random)
      return index % 3 == 0 ? 0 : Int64.random(in: -limit...limit, using: &random)
    }
  }

  @Test("float32 weights are W + 2^g N in float64, rounded once")
  func float32() throws {
    var random = SeededGenerator(seed: 1)
    let grid = try FixedPointGrid(exponent: -44)
    let weights = (0..<5000).map { _ in Float(random.normal()) }
    let n = sums(5000, seed: 2)
    let found = try apply(n, to: weights.map(\.bitPattern), .float32, grid: grid)
    for i in weights.indices {
      let expected =
        n[i] == 0 ? weights[i] : Float(Double(weights[i]) + Double(n[i]) * 0x1p-44)
      #expect(found[i] == expected.bitPattern, "element \(i)")
    }
  }

  @Test("float64 weights are W + 2^g N")
  func float64() throws {
    var random = SeededGenerator(seed: 3)
    let grid = try FixedPointGrid(exponent: -30)
    let weights = (0..<3000).map { _ in random.normal() }
    let n = sums(3000, seed: 4)
    let found = try apply(n, to: weights.map(\.bitPattern), .float64, grid: grid)
    for i in weights.indices {
      let expected = n[i] == 0 ? weights[i] : weights[i] + Double(n[i]) * 0x1p-30
      #expect(found[i] == expected.bitPattern, "element \(i)")
    }
  }

  #if arch(arm64) || os(Linux)
    @Test("float16 weights are rounded once from float64, as Swift's own Float16 is")
    func float16() throws {
      var random = SeededGenerator(seed: 5)
      let grid = try FixedPointGrid(exponent: -44)
      let weights = (0..<20_000).map { _ in
        Float16(bitPattern: UInt16.random(in: 0..<0x7C00, using: &random))
      }
      let n = sums(20_000, seed: 6)
      let found = try apply(n, to: weights.map(\.bitPattern), .float16, grid: grid)
      for i in weights.indices {
        let expected =
          n[i] == 0 ? weights[i] : Float16(Double(weights[i]) + Double(n[i]) * 0x1p-44)
        #expect(found[i] == expected.bitPattern, "element \(i)")
      }
    }
  #endif

  @Test("bfloat16 weights go to the nearest, ties to the even one")
  func bfloat16() throws {
    let grid = try FixedPointGrid(exponent: -9)
    // 1.0 in bfloat16 has a step of 2^-7: sums in quarters of it.
    let n: [Int64] = [0, 1, 2, 3, 4, 5, 6, 7, -1, -2, -3]
    let found = try apply(
      n, to: Array(repeating: UInt16(0x3F80), count: n.count), .bfloat16, grid: grid)
    // Below 1 the step is half as large.
    #expect(
      found == [
        0x3F80, 0x3F80, 0x3F80, 0x3F81, 0x3F81, 0x3F81, 0x3F82, 0x3F82, 0x3F80, 0x3F7F, 0x3F7E,
      ])
  }

  @Test("where nothing changes the stored bits stay: signed zeros, NaNs, infinities")
  func untouchedBits() throws {
    let grid = try FixedPointGrid(exponent: -44)
    let singles: [UInt32] = [0x8000_0000, 0x7FA0_1234, 0xFFC0_0001, 0x7F80_0000, 0xFF80_0000, 1]
    let zeros = [Int64](repeating: 0, count: 6)
    #expect(try apply(zeros, to: singles, .float32, grid: grid) == singles)
    let halves: [UInt16] = [0x8000, 0x7D01, 0xFE01, 0x7C00, 0xFC00, 1]
    #expect(try apply(zeros, to: halves, .float16, grid: grid) == halves)
    #expect(try apply(zeros, to: halves, .bfloat16, grid: grid) == halves)
    let doubles = [(-0.0).bitPattern, Double.nan.bitPattern | 77, 0x7FF0_0000_0000_0001, 0, 5, 9]
    #expect(try apply(zeros, to: doubles, .float64, grid: grid) == doubles)
    // Beside changed neighbours too.
    let mixed = try apply(
      [0, 1 << 44, 0], to: [0x8000_0000, 0, 0x7FA0_1234] as [UInt32], .float32, grid: grid)
    #expect(mixed == [0x8000_0000, 0x3F80_0000, 0x7FA0_1234])
  }

  @Test("infinities and NaNs stay what they are under a change")
  func specialValues() throws {
    let grid = try FixedPointGrid(exponent: 0)
    let found = try apply(
      [5, 5, 5], to: [Float.infinity, -.infinity, .nan].map(\.bitPattern), .float32, grid: grid
    ).map { Float(bitPattern: $0) }
    #expect(found[0] == .infinity && found[1] == -.infinity && found[2].isNaN)
  }

  @Test("a tensor materialises band by band as it does whole, in place or not")
  func wholeTensor() throws {
    var random = SeededGenerator(seed: 8)
    let grid = try FixedPointGrid(largestMagnitude: 4)
    let (rows, columns) = (170, 300)
    let weights = (0..<rows * columns).map { _ in Float(random.normal()) }
    var deltas: [TensorDelta] = []
    for _ in 0..<3 {
      let change = try random.change(rows, columns, weights: [0.1, 0.05])
      deltas.append(try TensorDelta.encode(change, grid: grid).delta)
    }
    let expected = try apply(
      try gridIntegers(deltas), to: weights.map(\.bitPattern), .float32, grid: grid)
    for memoryLimit in [64 << 20, 20_000] {
      var bytes: [UInt8] = []
      var loads = 0
      _ = try weights.withUnsafeBytes { source in
        try Materialiser(elementType: .float32, grid: grid).materialise(
          source,
          adding: StackSum(rows: rows, columns: columns, grid: grid, memoryLimit: memoryLimit),
          of: deltas.count,
          load: {
            loads += 1
            return deltas[$0]
          }, write: { bytes.append(contentsOf: $0) })
      }
      #expect(bytes == expected.withUnsafeBytes { Array($0) }, "limit \(memoryLimit)")
      #expect(memoryLimit > 1 << 20 ? loads == 3 : loads > 3)
    }
  }

  @Test("no deltas give the tensor's own bytes")
  func emptyStack() throws {
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let weights: [Float] = [-0.0, .nan, 3]
    var bytes: [UInt8] = []
    _ = try weights.withUnsafeBytes { source in
      try Materialiser(elementType: .float32, grid: grid).materialise(
        source, adding: StackSum(rows: 1, columns: 3, grid: grid), of: 0,
        load: { _ in throw OutOfOrder() }, write: { bytes.append(contentsOf: $0) })
    }
    #expect(bytes == weights.withUnsafeBytes { Array($0) })
  }

  @Test(
    "integers and eight-bit floats are refused by name",
    arguments: [ElementType.int8, .bool, .float8e4m3])
  func unsupportedTypes(type: ElementType) throws {
    let grid = try FixedPointGrid(exponent: 0)
    #expect(throws: DeltaError.unsupportedElementType(type.rawValue)) {
      try Materialiser(elementType: type, grid: grid)
    }
  }

  @Test("bytes that do not fit the shape are refused")
  func byteCounts() throws {
    let grid = try FixedPointGrid(exponent: 0)
    let materialiser = try Materialiser(elementType: .float16, grid: grid)
    let bytes = [UInt8](repeating: 0, count: 7)
    #expect(throws: DeltaError.byteCountMismatch(found: 7, expected: 8)) {
      try bytes.withUnsafeBytes {
        try materialiser.materialise(
          $0, adding: StackSum(rows: 2, columns: 2, grid: grid), of: 0,
          load: { _ in throw OutOfOrder() }, write: { _ in })
      }
    }
    #expect(throws: DeltaError.byteCountMismatch(found: 7, expected: 4)) {
      var target = bytes
      try [Int64(1), 2].withUnsafeBufferPointer { sums in
        try bytes.withUnsafeBytes { source in
          try target.withUnsafeMutableBytes {
            try materialiser.apply(sums, to: source, into: $0)
          }
        }
      }
    }
  }
}
