import Checkpoint
import Delta
import LinearAlgebra
import TestSupport
import Testing

/// Payloads with terms below the grid, damaged on the way.
@Suite struct FinePayloadTests {
  /// A change of one number to one far below the others.
  private static func payload() throws -> [UInt8] {
    let base: [Float] = [0.5, -0.25, 0.125, 0.0625, 1, 2]
    var edited = base
    edited[1] = Float(bitPattern: 1_070_000)  // subnormal
    edited[4] = -3e-22
    return try base.withUnsafeBytes { base in
      try edited.withUnsafeBytes { edited in
        let source = try ImportSource(
          elementType: .float32, rows: 2, columns: 3, grid: FixedPointGrid(largestMagnitude: 2),
          base: base, present: base, target: edited)
        return try ImportedDelta(
          source, shape: .other, over: 0, threads: Workers(1),
          load: { _ in throw DeltaError.trailingBytes(count: 0) }
        ).delta.payload()
      }
    }
  }

  private let limits = PayloadLimits(rows: 2, columns: 3)

  @Test("they are of version 2, so that an older program says that it is too old")
  func version() throws {
    let bytes = try Self.payload()
    #expect(bytes[3] == 2 && bytes[4] == 3)
    var old = bytes
    old[3] = 1
    #expect(throws: DeltaError.payloadDamaged(field: "kind", found: "3", expected: "0 to 2")) {
      try TensorDelta(payload: old, limits: limits)
    }
    old[3] = 4
    #expect(throws: DeltaError.unknownVersion(found: 4, expected: 3)) {
      try TensorDelta(payload: old, limits: limits)
    }
  }

  @Test("cut off anywhere or longer, they are refused")
  func length() throws {
    let bytes = try Self.payload()
    for count in 0..<bytes.count {
      #expect(throws: DeltaError.self, "\(count)") {
        try TensorDelta(payload: Array(bytes[..<count]), limits: limits)
      }
    }
    #expect(throws: DeltaError.trailingBytes(count: 1)) {
      try TensorDelta(payload: bytes + [0], limits: limits)
    }
  }

  @Test("with any bit changed they are refused or another change, and nothing traps")
  func damage() throws {
    let bytes = try Self.payload()
    for bit in 0..<8 * bytes.count {
      var copy = bytes
      copy[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let delta = try? TensorDelta(payload: copy, limits: limits) else { continue }
      let grid = delta.grid
      let base = [UInt8](repeating: 0, count: 24)
      _ = try? base.withUnsafeBytes { base in
        try Materialiser(elementType: .float32, grid: grid).materialise(
          base, adding: StackSum(rows: 2, columns: 3, grid: grid), of: 1, load: { _ in delta },
          write: { _ in })
      }
    }
  }

  @Test(
    "what stands below the grid counts: in the norm, in the numbers, and not as a rounding loss")
  func counts() throws {
    let grid = try FixedPointGrid(largestMagnitude: 2)
    let integers = try DenseDelta(
      gridIntegers: [0, 0, 1 << 40, 0, 0, 0], rows: 2, columns: 3, grid: grid)
    let step = grid.step
    // Beyond the grid's reach, twice beside an integer, and one that takes itself back.
    let delta = try TensorDelta(
      payload: finePayload(
        around: integers.payload(), rows: 2, columns: 3, exponent: grid.exponent,
        terms: [
          (1, 100_000, 0), (2, 3, grid.exponent - 1), (2, 1, grid.exponent - 1),
          (4, 1 << 62, 1000), (4, -(1 << 62), 1000),
        ]), limits: limits)
    let expected = [0, 100_000, (0x1p40 + 2) * step, 0, 0, 0]
    var values: [Double] = []
    try delta.forEachBand { values += $1 }
    #expect(values == expected)
    let norm = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(try abs(delta.frobeniusNorm() - norm) < 1e-12 * norm)
    // The integers are no directions either.
    #expect(try abs(delta.normBesideDirections() - norm) < 1e-6 * norm)

    var tally = RoundingTally()
    let base: [Float] = [0.5, 0.25, 0, 0, 0, 1]
    var output = [Float](repeating: 0, count: 6)
    try StackSum(rows: 2, columns: 3, grid: grid).forEachBand(of: 1, load: { _ in delta }) {
      _, sums, fine in
      try base.withUnsafeBytes { base in
        try output.withUnsafeMutableBytes { output in
          try Materialiser(elementType: .float32, grid: grid).apply(
            UnsafeBufferPointer(sums), fine: fine, to: base, into: output, tally: &tally)
        }
      }
    }
    #expect(output == [0.5, 100_000.25, Float(expected[2]), 0, 0, 1])
    #expect(tally.changed == 2 && tally.swallowed == 0 && tally.share < 1e-7)
  }

  @Test("the norm of a corrected change is that of all of it")
  func corrected() throws {
    let grid = try FixedPointGrid(exponent: -20)
    let factors = try LowRankFactors(
      left: Matrix(rows: 4, columns: 1, [1, -2, 0.5, 1]),
      right: Matrix(rows: 5, columns: 1, [1, 1, 0, 2, -1]))
    let directions = try TensorDelta.encode(factors, grid: grid).delta
    var integers = [Int64](repeating: 0, count: 20)
    integers[3] = 7 << 20
    let correction = try DenseDelta(gridIntegers: integers, rows: 4, columns: 5, grid: grid)
    guard case .lowRank(let quantised) = directions else { throw OutOfOrder() }
    let delta = TensorDelta.corrected(quantised, correction)
    var whole = try gridIntegers([delta]).map { Double($0) * grid.step }
    let norm = whole.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(try norm > 8 && abs(delta.frobeniusNorm() - norm) < 1e-12 * norm)
    #expect(try delta.normBesideDirections() == 7)
    whole[3] -= 7
    let alone = whole.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(try directions.frobeniusNorm() - alone) < 1e-5 * alone)
  }

  @Test("inside one another they are refused before anything is decoded")
  func nested() throws {
    let bytes = try Self.payload()
    // 3 + 1 + 1 + 1 + 1 + 1 bytes of header and the grid's exponent, then the size.
    let header = Array(bytes[..<8])
    #expect(throws: DeltaError.self) {
      try TensorDelta(
        payload: header + [UInt8(bytes.count)] + bytes + [1, 0, 1, 2], limits: limits)
    }
  }
}
