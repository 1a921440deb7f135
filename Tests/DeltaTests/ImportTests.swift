import Checkpoint
import Delta
import LinearAlgebra
import TestSupport
import Testing

/// Edited tensors against their bases: whatever the type, the noise and what is active below, the sum of the
/// integers gives back the edited bytes.
@Suite struct ImportTests {
  private struct Tensors {
    let rows: Int
    let columns: Int
    let type: ElementType
    let base: [UInt8]
    let edited: [UInt8]
    let grid: FixedPointGrid
  }

  /// W of rms 0.02 and a change of the given rms and rank; 0 is a change of full rank.
  private static func tensors(
    _ type: ElementType, rank: Int, rms: Double, rows: Int = 128, columns: Int = 192,
    seed: UInt64 = 1
  ) throws -> Tensors {
    var random = SeededGenerator(seed: seed)
    let change =
      rank > 0
      ? Matrix.product(random.matrix(rows, rank), .none, random.matrix(rank, columns))
      : random.matrix(rows, columns)
    let scale = rms / (change.frobeniusNorm / Double(rows * columns).squareRoot())
    let base = narrow(random.matrix(rows, columns).storage.map { $0 * 0.02 }, type)
    let numbers = zip(widen(base, type), change.storage).map { $0 + scale * $1 }
    let largest = widen(base, type).reduce(0) { max($0, abs($1)) }
    return Tensors(
      rows: rows, columns: columns, type: type, base: base, edited: narrow(numbers, type),
      grid: try FixedPointGrid(largestMagnitude: largest))
  }

  private static func narrow(_ numbers: [Double], _ type: ElementType) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: numbers.count * type.byteCount)
    bytes.withUnsafeMutableBytes { bytes in
      numbers.withUnsafeBufferPointer { type.narrow($0, into: bytes) }
    }
    return bytes
  }

  private static func widen(_ bytes: [UInt8], _ type: ElementType) -> [Double] {
    var numbers = [Double](repeating: 0, count: bytes.count / type.byteCount)
    numbers.withUnsafeMutableBufferPointer { numbers in
      bytes.withUnsafeBytes { type.widen($0, into: numbers) }
    }
    return numbers
  }

  private static func materialise(_ tensors: Tensors, _ deltas: [TensorDelta]) throws -> [UInt8] {
    var result: [UInt8] = []
    _ = try tensors.base.withUnsafeBytes { base in
      try Materialiser(elementType: tensors.type, grid: tensors.grid).materialise(
        base,
        adding: StackSum(rows: tensors.rows, columns: tensors.columns, grid: tensors.grid),
        of: deltas.count, load: { deltas[$0] }, write: { result += $0 })
    }
    return result
  }

  private static func imported(
    _ tensors: Tensors, below: [TensorDelta] = [], threads: Int = 1
  ) throws -> ImportedDelta {
    let present = below.isEmpty ? tensors.base : try materialise(tensors, below)
    return try tensors.base.withUnsafeBytes { base in
      try present.withUnsafeBytes { present in
        try tensors.edited.withUnsafeBytes { edited in
          let source = try ImportSource(
            elementType: tensors.type, rows: tensors.rows, columns: tensors.columns,
            grid: tensors.grid, base: base, present: below.isEmpty ? base : present,
            target: edited)
          return try ImportedDelta(
            source, shape: .matrix, over: below.count, threads: Workers(threads),
            load: { below[$0] })
        }
      }
    }
  }

  /// What the numbers moved by and what is added to them differ by half a last place of both, at most.
  private static func expectNorm(_ imported: ImportedDelta, _ type: ElementType) throws {
    let (places, least) =
      switch type {
      case .float16: (0x1p-11, 0x1p-24)
      case .bfloat16: (0x1p-8, 0x1p-133)
      case .float32: (0x1p-24, 0x1p-149)
      default: (0x1p-53, 0x0p0)
      }
    let elements = Double(imported.delta.rows * imported.delta.columns)
    let tolerance =
      places * (2 * imported.presentNorm + imported.norm) + least * elements.squareRoot()
      + 1e-6 * imported.norm
    let norm = try imported.delta.frobeniusNorm()
    #expect(abs(norm - imported.norm) <= tolerance, "\(type): \(norm), \(imported.norm)")
  }

  @Test(
    "the rank is read off the rounding noise, and every byte comes back",
    arguments: [
      (ElementType.bfloat16, 4e-4), (.bfloat16, 1e-4), (.float16, 4e-4), (.float16, 4e-3),
      (.bfloat16, 4e-3),
    ])
  func lowRank(type: ElementType, rms: Double) throws {
    let tensors = try Self.tensors(type, rank: 5, rms: rms)
    let imported = try Self.imported(tensors)
    #expect(imported.delta.rank == 5)
    try Self.expectNorm(imported, type)
    #expect(try Self.materialise(tensors, [imported.delta]) == tensors.edited)
  }

  @Test("float32 comes back, too, with few terms below the grid")
  func singlePrecision() throws {
    let tensors = try Self.tensors(.float32, rank: 4, rms: 4e-4)
    let imported = try Self.imported(tensors)
    #expect(imported.delta.rank == 4)
    try Self.expectNorm(imported, .float32)
    #expect(try Self.materialise(tensors, [imported.delta]) == tensors.edited)
  }

  @Test("a number finer than the grid comes back, at the price of a few bytes")
  func finerThanGrid() throws {
    var tensors = try Self.tensors(.float32, rank: 0, rms: 4e-4, rows: 4, columns: 8)
    let size = try Self.imported(tensors).delta.payload().count
    var numbers = Self.widen(tensors.edited, .float32)
    numbers[3] = 1.2345e-20
    tensors = Tensors(
      rows: 4, columns: 8, type: .float32, base: tensors.base,
      edited: Self.narrow(numbers, .float32), grid: tensors.grid)
    let imported = try Self.imported(tensors)
    #expect(try Self.materialise(tensors, [imported.delta]) == tensors.edited)
    #expect(imported.delta.payload().count < size + 40)
    let limits = PayloadLimits(rows: 4, columns: 8)
    let read = try TensorDelta(payload: imported.delta.payload(), limits: limits)
    #expect(read.payload() == imported.delta.payload())
    #expect(try Self.materialise(tensors, [read]) == tensors.edited)
  }

  /// Finite numbers of every size that the type has: zeros of both signs and subnormal ones among them.
  private static func anyNumbers(
    _ type: ElementType, _ count: Int, _ random: inout SeededGenerator
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count * type.byteCount {
      var bits = random.next()
      switch random.next() % 8 {
      case 0: bits &= 0x8080_8080_8080_8080  // signs and a bit here and there
      case 1: bits &= 0x800F_8000_807F_80FF  // subnormal, mostly
      case 2: bits = 0
      default: break
      }
      let element = withUnsafeBytes(of: bits) { Array($0.suffix(type.byteCount)) }
      if widen(element, type)[0].isFinite, abs(widen(element, type)[0]) < 1e30 { bytes += element }
    }
    return bytes
  }

  @Test(
    "whatever finite numbers stand on both sides, in every type, over other edits, in any order",
    arguments: [ElementType.float32, .float64, .float16, .bfloat16], [1, 2, 3] as [UInt64])
  func anything(type: ElementType, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (rows, columns) = (12, 17)
    let base = Self.anyNumbers(type, rows * columns, &random)
    let largest = Self.widen(base, type).reduce(0) { max($0, abs($1)) }
    let grid = try FixedPointGrid(largestMagnitude: largest)
    func tensors(_ edited: [UInt8]) -> Tensors {
      Tensors(rows: rows, columns: columns, type: type, base: base, edited: edited, grid: grid)
    }
    // Three checkpoints, each edited from the one before: the later ones stand on terms below the grid.
    var below: [TensorDelta] = []
    for _ in 0..<3 {
      var edited = Self.anyNumbers(type, rows * columns, &random)
      // Some elements as they are, so that not all change.
      for element in 0..<rows * columns where element % 5 == 0 {
        let range = element * type.byteCount..<(element + 1) * type.byteCount
        edited.replaceSubrange(range, with: base[range])
      }
      let target = tensors(edited)
      let imported = try Self.imported(target, below: below)
      try Self.expectNorm(imported, type)
      let payload = imported.delta.payload()
      let read = try TensorDelta(
        payload: payload, limits: PayloadLimits(rows: rows, columns: columns))
      #expect(read.payload() == payload)
      below.append(read)
      #expect(try Self.materialise(target, below) == edited)
      #expect(try Self.materialise(target, below.reversed()) == edited)
    }
    // Without the last two, the first checkpoint is there again.
    #expect(try Self.materialise(tensors(base), []) == base)
  }

  @Test(
    "a change of full rank is stored element by element, every byte of it",
    arguments: [
      ElementType.bfloat16, .float16,
    ])
  func dense(type: ElementType) throws {
    let tensors = try Self.tensors(type, rank: 0, rms: 2e-3)
    let imported = try Self.imported(tensors)
    #expect(imported.delta.rank == nil)
    try Self.expectNorm(imported, type)
    #expect(try Self.materialise(tensors, [imported.delta]) == tensors.edited)
  }

  @Test(
    "every byte comes back over active edits, too, in any order",
    arguments: [
      ElementType.bfloat16, .float16,
    ])
  func aboveOthers(type: ElementType) throws {
    let tensors = try Self.tensors(type, rank: 3, rms: 1e-3)
    var random = SeededGenerator(seed: 9)
    let below = try (0..<2).map { _ in
      try TensorDelta.encode(
        LowRankFactors(
          left: Matrix(rows: tensors.rows, columns: 2) { _, _ in 0.02 * random.normal() },
          right: Matrix(rows: tensors.columns, columns: 2) { _, _ in 0.1 * random.normal() }),
        grid: tensors.grid
      ).delta
    }
    let imported = try Self.imported(tensors, below: below)
    try Self.expectNorm(imported, type)
    #expect(try Self.materialise(tensors, below + [imported.delta]) == tensors.edited)
    #expect(try Self.materialise(tensors, [imported.delta, below[1], below[0]]) == tensors.edited)
  }

  @Test(
    "where few elements change, they are stored, though their matrix has directions that stand out")
  func sparse() throws {
    let all = try Self.tensors(.bfloat16, rank: 3, rms: 4e-4)
    var bytes = all.base
    for element in stride(from: 5, to: all.rows * all.columns, by: 97) {
      bytes.replaceSubrange(
        2 * element..<2 * element + 2, with: all.edited[2 * element..<2 * element + 2])
    }
    let tensors = Tensors(
      rows: all.rows, columns: all.columns, type: .bfloat16, base: all.base, edited: bytes,
      grid: all.grid)
    let imported = try Self.imported(tensors)
    #expect(try Self.materialise(tensors, [imported.delta]) == bytes)
    guard case .dense = imported.delta else {
      Issue.record("\(imported.delta.payload().count) bytes as directions")
      return
    }
  }

  @Test("one element that moves by its last place is no less a change")
  func lastPlace() throws {
    var tensors = try Self.tensors(.bfloat16, rank: 0, rms: 1e-3)
    var bytes = tensors.base
    bytes[2 * 77] ^= 1
    tensors = Tensors(
      rows: tensors.rows, columns: tensors.columns, type: .bfloat16, base: tensors.base,
      edited: bytes, grid: tensors.grid)
    let imported = try Self.imported(tensors)
    try Self.expectNorm(imported, .bfloat16)
    #expect(try Self.materialise(tensors, [imported.delta]) == bytes)
    #expect(imported.delta.payload().count < 100)
  }

  @Test("the payload of a corrected change reads back as it was, whatever the threads")
  func payload() throws {
    let tensors = try Self.tensors(.bfloat16, rank: 5, rms: 4e-4)
    let imported = try Self.imported(tensors)
    guard case .corrected = imported.delta else {
      Issue.record("no correction was needed")
      return
    }
    let bytes = imported.delta.payload()
    #expect(try Self.imported(tensors, threads: 2).delta.payload() == bytes)
    let limits = PayloadLimits(rows: tensors.rows, columns: tensors.columns)
    let read = try TensorDelta(payload: bytes, limits: limits)
    #expect(read.payload() == bytes)
    #expect(try Self.materialise(tensors, [read]) == tensors.edited)
  }

  @Test("a damaged corrected payload is refused or another matrix, and never crashes")
  func damaged() throws {
    let tensors = try Self.tensors(.bfloat16, rank: 5, rms: 4e-4, rows: 48, columns: 64)
    let bytes = try Self.imported(tensors).delta.payload()
    let limits = PayloadLimits(rows: 48, columns: 64)
    var random = SeededGenerator(seed: 4)
    for _ in 0..<400 {
      var copy = bytes
      copy[Int.random(in: 0..<copy.count, using: &random)] ^=
        1 << UInt8.random(in: 0..<8, using: &random)
      _ = try? TensorDelta(payload: copy, limits: limits)
    }
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: DeltaError.self) {
        try TensorDelta(payload: Array(bytes[..<length]), limits: limits)
      }
    }
  }

  @Test("corrected payloads inside one another are refused before anything is decoded")
  func nested() throws {
    let tensors = try Self.tensors(.bfloat16, rank: 5, rms: 4e-4)
    let bytes = try Self.imported(tensors).delta.payload()
    // The header is 3 + 1 + 1 + 2 + 2 + 1 bytes; then comes the size of the first part.
    let header = Array(bytes[..<10])
    var size: [UInt8] = []
    var rest = bytes.count
    while rest >= 128 {
      size.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    size.append(UInt8(rest))
    #expect(throws: DeltaError.self) {
      try TensorDelta(
        payload: header + size + bytes + bytes,
        limits: PayloadLimits(rows: tensors.rows, columns: tensors.columns))
    }
  }
}
