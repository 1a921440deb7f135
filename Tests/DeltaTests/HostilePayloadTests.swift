import Delta
import LinearAlgebra
import TestSupport
import Testing

/// Bytes from outside either decode to something within the limits or are refused; nothing traps.
struct HostilePayloadTests {
  private static func payloads() throws -> [TensorDelta] {
    var random = SeededGenerator(seed: 50)
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let lowRank = try random.change(23, 31, weights: [1, 0.2, 0.01])
    let integers = (0..<23 * 31).map { _ in Int64.random(in: -99...99, using: &random) }
    let structured = (0..<23 * 31).map { Int64(($0 % 7) << 40) }
    let mixed = (0..<23 * 31).map { _ -> Int64 in
      let shift: Int64 = Bool.random(using: &random) ? 40 : 0
      return Int64((random.normal() * 20).rounded()) << shift
    }
    // Few among zeros, one of them the last.
    let few = (0..<23 * 31).map { $0 % 17 == 15 ? mixed[$0] | 1 : 0 }
    return [
      .dense(try DenseDelta(gridIntegers: few, rows: 23, columns: 31, grid: grid)),
      .dense(try DenseDelta(gridIntegers: mixed, rows: 23, columns: 31, grid: grid)),
      try TensorDelta.encode(lowRank, grid: grid).delta,
      try TensorDelta.encode(lowRank, grid: grid, precision: 0.5).delta,
      .dense(try DenseDelta(gridIntegers: integers, rows: 23, columns: 31, grid: grid)),
      .dense(try DenseDelta(gridIntegers: structured, rows: 23, columns: 31, grid: grid)),
    ]
  }

  private func decode(_ bytes: [UInt8], _ rows: Int = 23, _ columns: Int = 31) -> TensorDelta? {
    let limits = PayloadLimits(rows: rows, columns: columns, maximumBytes: 1 << 20)
    guard let delta = try? TensorDelta(payload: bytes, limits: limits) else { return nil }
    // What was accepted must be usable too.
    _ = try? gridIntegers([delta])
    return delta
  }

  @Test("of the largest extents and rank that there are, it is the memory that is refused")
  func largest() {
    let most: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x07]
    let bytes = Array("EMD".utf8) + [1, 0] + most + most + [0] + most
    #expect {
      try TensorDelta(payload: bytes, limits: PayloadLimits(maximumBytes: 1 << 20))
    } throws: { error in
      if case DeltaError.payloadTooLarge = error { true } else { false }
    }
  }

  @Test("every truncation is refused")
  func truncations() throws {
    for delta in try Self.payloads() {
      let bytes = delta.payload()
      for length in 0..<bytes.count {
        #expect(decode(Array(bytes.prefix(length))) == nil, "\(length) of \(bytes.count) bytes")
      }
      #expect(decode(bytes) != nil)
    }
  }

  @Test("bytes too many are refused")
  func trailingBytes() throws {
    for delta in try Self.payloads() {
      for extra: [UInt8] in [[0], [255], [0, 0, 0, 0, 0, 0, 0, 0]] {
        #expect(decode(delta.payload() + extra) == nil)
      }
    }
  }

  @Test("every flipped bit is refused or gives a delta within the limits")
  func bitFlips() throws {
    var survived = 0
    var total = 0
    for delta in try Self.payloads() {
      let bytes = delta.payload()
      for position in bytes.indices {
        for bit in 0..<8 {
          var damaged = bytes
          damaged[position] ^= 1 << UInt8(bit)
          total += 1
          guard let found = decode(damaged) else { continue }
          survived += 1
          #expect(found.rows == 23 && found.columns == 31)
        }
      }
    }
    // Flips of raw low bits are valid payloads: the store's SHA-256 is what catches them.
    #expect(survived < total)
  }

  @Test("random bytes behind a good header do no harm")
  func randomBytes() throws {
    var random = SeededGenerator(seed: 51)
    let header = try Self.payloads().map { Array($0.payload().prefix(9)) }
    for round in 0..<2000 {
      let noise = (0..<Int.random(in: 0...200, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      _ = decode(header[round % header.count] + noise)
      _ = decode(noise)
    }
  }

  @Test("a payload for another tensor is refused by its shape")
  func otherShape() throws {
    let delta = try Self.payloads()[1]
    #expect(
      throws: DeltaError.shapeMismatch(what: "payload", found: [23, 31], expected: [31, 23])
    ) {
      try TensorDelta(payload: delta.payload(), limits: PayloadLimits(rows: 31, columns: 23))
    }
    let free = try TensorDelta(
      payload: delta.payload(), limits: PayloadLimits(maximumBytes: 1 << 20))
    #expect(free.rows == 23)
  }

  @Test("what is no delta, or of a version to come, is said so")
  func magicAndVersion() throws {
    let limits = PayloadLimits(maximumBytes: 1 << 20)
    #expect(throws: DeltaError.notADelta(found: Array("PNG".utf8))) {
      try TensorDelta(payload: Array("PNG....".utf8), limits: limits)
    }
    #expect(throws: DeltaError.unknownVersion(found: 4, expected: 3)) {
      try TensorDelta(payload: Array("EMD".utf8) + [4, 0, 1, 1, 0, 0], limits: limits)
    }
    for (version, kind, expected) in [(2, 1, "3"), (3, 0, "1"), (1, 3, "0 to 2")]
      as [(UInt8, UInt8, String)]
    {
      #expect(
        throws: DeltaError.payloadDamaged(field: "kind", found: "\(kind)", expected: expected)
      ) {
        try TensorDelta(payload: Array("EMD".utf8) + [version, kind, 1, 1, 0, 0], limits: limits)
      }
    }
    #expect(throws: DeltaError.payloadDamaged(field: "kind", found: "9", expected: "0 to 2")) {
      try TensorDelta(payload: Array("EMD".utf8) + [1, 9, 1, 1, 0, 0], limits: limits)
    }
    #expect(throws: DeltaError.payloadTruncated(field: "magic")) {
      try TensorDelta(payload: [], limits: limits)
    }
  }

  /// A payload by hand: header fields, then what follows.
  private func payload(kind: UInt8, rows: [UInt8], columns: [UInt8], _ rest: [UInt8]) -> [UInt8] {
    Array("EMD".utf8) + [1, kind] + rows + columns + [0x57] + rest
  }

  @Test("claims of absurd size are refused before memory is taken")
  func absurdClaims() throws {
    let limits = PayloadLimits(maximumBytes: 1 << 20)
    let thousand: [UInt8] = [0xE8, 0x07]
    let huge: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x40]  // 2⁴¹
    #expect(
      throws: DeltaError.payloadTooLarge(
        field: "rows", found: "2199023255552", limit: "2147483647")
    ) {
      try TensorDelta(payload: payload(kind: 0, rows: huge, columns: [1], [0]), limits: limits)
    }
    // A rank above the smaller extent.
    #expect(throws: DeltaError.payloadTooLarge(field: "rank", found: "9", limit: "8")) {
      try TensorDelta(payload: payload(kind: 0, rows: [8], columns: thousand, [9]), limits: limits)
    }
    // Coefficients beyond the memory limit.
    #expect(
      throws: DeltaError.payloadTooLarge(
        field: "rank 1000", found: "16000000 bytes", limit: "1048576 bytes")
    ) {
      try TensorDelta(
        payload: payload(kind: 0, rows: thousand, columns: thousand, thousand + [0, 0]),
        limits: limits)
    }
    // Coefficients beyond what so few words can hold.
    let state: [UInt8] = [0, 0, 0, 0x80, 0, 0, 0, 0]
    #expect(throws: DeltaError.self) {
      try TensorDelta(
        payload: payload(kind: 0, rows: thousand, columns: thousand, [60, 0] + state),
        limits: limits)
    }
    // More blocks than bytes.
    #expect(throws: DeltaError.payloadTruncated(field: "method of a block")) {
      try TensorDelta(
        payload: payload(kind: 1, rows: thousand, columns: thousand, [0]), limits: limits)
    }
    // More coder words than bytes.
    #expect(throws: DeltaError.payloadTruncated(field: "coder words")) {
      try TensorDelta(
        payload: payload(kind: 0, rows: [8], columns: [8], [1] + huge + state), limits: limits)
    }
  }

  @Test("a span stands for no more blocks than there are, and none is in a payload of version 1")
  func spans() throws {
    // 2 x 2 elements, the first of them 1: 16 bits of count, no own table of gaps, two tables of one symbol, a 0 for +.
    let state: [UInt8] = [0, 0, 0, 0, 0x80, 0, 0, 0, 0]
    let tables: [UInt8] = [0, 0, 0, 0, 0b10, 0, 0]
    func span(version: UInt8, blocks: [UInt8]) throws -> TensorDelta {
      let content = state + tables
      let block: [UInt8] = [5] + blocks + [1, UInt8(content.count)] + content
      return try TensorDelta(
        payload: Array("EMD".utf8) + [version, 1, 2, 2, 0x57] + block,
        limits: PayloadLimits(rows: 2, columns: 2))
    }
    #expect(throws: DeltaError.self) { try span(version: 1, blocks: [1]) }
    for blocks: [UInt8] in [[0], [2], [0x80, 0x80, 0x80, 0x80, 0x80, 0x40]] {
      #expect {
        try span(version: 3, blocks: blocks)
      } throws: { error in
        switch error as? DeltaError {
        case .payloadDamaged(field: "blocks of a span", _, _): true
        case .payloadTooLarge(field: "blocks of a span", _, _): true
        default: false
        }
      }
    }
  }

  @Test("version 1's blocks of few numbers, no longer written, are refused as early")
  func gaps() throws {
    let golden = try #require(FormatTests.goldens.first { $0.testDescription == "dense, gaps" })
    let bytes = FormatTests.bytes(golden.payload)
    #expect(decode(bytes, golden.rows, golden.columns) != nil)
    for length in 0..<bytes.count {
      #expect(decode(Array(bytes.prefix(length)), golden.rows, golden.columns) == nil)
    }
    for position in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[position] ^= 1 << UInt8(bit)
        _ = decode(damaged, golden.rows, golden.columns)
      }
    }
  }

  @Test("a zstd frame that claims another size is refused before it is unpacked")
  func zstdBomb() throws {
    // A frame header with single segment and a content size of 2³⁰ in 4 bytes.
    let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0, 0x40, 1, 0, 0]
    let block: [UInt8] = [2, 1, 1, UInt8(frame.count)] + frame
    #expect(
      throws: DeltaError.payloadDamaged(
        field: "size of a zstd frame", found: "1073741824", expected: "4")
    ) {
      try TensorDelta(
        payload: payload(kind: 1, rows: [2], columns: [2], block),
        limits: PayloadLimits(rows: 2, columns: 2))
    }
  }

  @Test("numbers have one encoding")
  func varintsAreShortest() throws {
    let limits = PayloadLimits(maximumBytes: 1 << 20)
    #expect(throws: DeltaError.self) {
      try TensorDelta(
        payload: payload(kind: 0, rows: [0x88, 0x00], columns: [8], [0]), limits: limits)
    }
    let good = payload(kind: 0, rows: [8], columns: [8], [0])
    #expect(try TensorDelta(payload: good, limits: limits).rank == 0)
  }
}
