import Checkpoint
import Diagnostics
import TestSupport
import Testing

private func parse(_ bytes: [UInt8]) throws -> SafetensorsHeader {
  try bytes.withUnsafeBytes { try SafetensorsHeader(parsing: $0, file: "f") }
}

private func parse(header: String, dataBytes: Int = 0) throws -> SafetensorsHeader {
  try parse(TinySafetensors.file(header: header, data: [UInt8](repeating: 0, count: dataBytes)))
}

/// A header with one entry, `a`.
private func entry(
  dtype: String = "\"F32\"", shape: String = "[2]", offsets: String = "[0,8]"
) -> String {
  "{\"a\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
}

@Suite struct SafetensorsHeaderTests {
  @Test("a well-formed header gives tensors in the order of their bytes, and the metadata")
  func wellFormed() throws {
    let header = try parse(
      header: """
        {"__metadata__":{"format":"pt","note":"ü \\u00fc"},
         "b":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16],"extra":[1,{"x":null}]},
         "a":{"data_offsets":[0,4],"shape":[],"dtype":"F32"},
         "empty":{"dtype":"I64","shape":[0,7],"data_offsets":[4,4]}}
        """, dataBytes: 16)
    #expect(header.metadata == ["format": "pt", "note": "ü ü"])
    #expect(
      header.entries.map(\.declaration) == [
        TensorDeclaration(name: "a", elementType: .float32, shape: []),
        TensorDeclaration(name: "empty", elementType: .int64, shape: [0, 7]),
        TensorDeclaration(name: "b", elementType: .float16, shape: [2, 3]),
      ])
    #expect(header.entries.map(\.range) == [0..<4, 4..<4, 4..<16])
  }

  @Test("a file without tensors is fine")
  func noTensors() throws {
    #expect(try parse(header: "{}").entries.isEmpty)
    #expect(try parse(header: "{}      ").byteCount == 16)
  }

  @Test("every element type has its word and size")
  func elementTypes() throws {
    for type in ElementType.allCases {
      let size = 3 * type.byteCount
      let header = try parse(
        header: entry(dtype: "\"\(type.rawValue)\"", shape: "[3]", offsets: "[0,\(size)]"),
        dataBytes: size)
      #expect(header.entries.first?.declaration.elementType == type)
    }
  }

  @Test("a file shorter than eight bytes", arguments: 0..<8)
  func tooShort(count: Int) {
    #expect(throws: SafetensorsError.shorterThanLength(file: "f", bytes: count)) {
      try parse([UInt8](repeating: 0, count: count))
    }
  }

  @Test(
    "a header length above the limit, up to the largest number",
    arguments: [
      100_000_001, 1 << 62, UInt64.max,
    ])
  func headerTooLong(length: UInt64) {
    let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) }
    #expect(throws: SafetensorsError.headerTooLong(file: "f", bytes: length, limit: 100_000_000)) {
      try parse(bytes + [0x7B, 0x7D])
    }
  }

  @Test("a header that does not fit in the file")
  func headerOutsideFile() {
    let whole = TinySafetensors.file(header: "{}")
    #expect(throws: SafetensorsError.headerOutsideFile(file: "f", bytes: 2, fileBytes: 9)) {
      try parse(Array(whole.dropLast()))
    }
  }

  @Test("a header that does not start with a brace", arguments: ["", " {}", "[]", "\u{FEFF}{}"])
  func headerNotObject(header: String) {
    #expect(
      throws: SafetensorsError.headerNotObject(file: "f", firstByte: header.utf8.first)
    ) { try parse(header: header) }
  }

  @Test(
    "a header that is not JSON of the right form",
    arguments: [
      "{", "{\"a\"}", "{\"a\":1}", "{\"a\":{}}x", "{\"a\":{\"shape\":[1.5]}}",
      "{\"a\":{\"shape\":\"x\"}}", "{\"a\":{\"dtype\":1}}", "{\"a\":{\"data_offsets\":[1e3]}}",
      "{\"a\":{\"shape\":[9223372036854775808]}}", "{\"__metadata__\":{\"a\":1}}",
      "{\"__metadata__\":[]}", "{\"__metadata__\":{},\"__metadata__\":{}}",
      "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}",
      "{\"a\":{\"shape\":[],\"shape\":[]}}", "{\"a\":{\"data_offsets\":[],\"data_offsets\":[]}}",
    ])
  func headerJSON(header: String) throws {
    let error = #expect(throws: SafetensorsError.self) { try parse(header: header) }
    guard case .headerJSON = error else {
      Issue.record("\(header): \(String(describing: error))")
      return
    }
  }

  @Test("a header that is not UTF-8")
  func headerNotText() throws {
    let bytes = Array("{\"".utf8) + [0xFF] + Array("\":{}}".utf8)
    let error = #expect(throws: SafetensorsError.self) {
      try parse(TinySafetensors.file(headerBytes: bytes))
    }
    guard case .headerJSON(let inner) = error else { throw try #require(error) }
    #expect(inner.problem == .invalidUTF8)
  }

  @Test("an entry without one of its keys", arguments: ["dtype", "shape", "data_offsets"])
  func missingKey(key: String) {
    let header = entry().replacing("\"\(key)\"", with: "\"other\"")
    #expect(throws: SafetensorsError.missingKey(file: "f", tensor: "a", key: key)) {
      try parse(header: header, dataBytes: 8)
    }
  }

  @Test("two entries of one name")
  func duplicateTensor() {
    let one = "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}"
    let other = "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]}"
    #expect(throws: SafetensorsError.duplicateTensor(file: "f", tensor: "a")) {
      try parse(header: "{\(one),\(other)}", dataBytes: 8)
    }
  }

  @Test("an element type that is not known", arguments: ["", "f32", "F31", "C64"])
  func unknownElementType(word: String) {
    #expect(throws: SafetensorsError.unknownElementType(file: "f", tensor: "a", found: word)) {
      try parse(header: entry(dtype: "\"\(word)\""), dataBytes: 8)
    }
  }

  @Test(
    "extents that are negative, too many, or too large together",
    arguments: [
      [-1], [2, -1], [-1, -2], [0, -1], [1 << 62, 2], [1 << 32, 1 << 32], [Int.max],
      [Int](repeating: 1, count: 33),
    ])
  func impossibleShape(shape: [Int]) {
    #expect(throws: SafetensorsError.impossibleShape(file: "f", tensor: "a", shape: shape)) {
      try parse(header: entry(shape: "\(shape)"), dataBytes: 8)
    }
  }

  @Test("a list of a million extents takes no memory")
  func longShape() throws {
    let shape = "[" + String(repeating: "1,", count: 1_000_000) + "1]"
    let error = #expect(throws: SafetensorsError.self) {
      try parse(header: entry(shape: shape), dataBytes: 8)
    }
    guard case .impossibleShape(_, _, let kept) = error else { throw try #require(error) }
    #expect(kept.count == 100)
  }

  @Test(
    "offsets that are not two in order",
    arguments: [[], [0], [0, 8, 8], [8, 0], [-8, 0], [-1, 7]])
  func impossibleOffsets(offsets: [Int]) {
    #expect(throws: SafetensorsError.impossibleOffsets(file: "f", tensor: "a", offsets: offsets)) {
      try parse(header: entry(offsets: "\(offsets)"), dataBytes: 8)
    }
  }

  @Test("offsets beyond the end of the file")
  func offsetsOutsideFile() {
    #expect(
      throws: SafetensorsError.offsetsOutsideFile(
        file: "f", tensor: "a", offsets: 0..<8, dataBytes: 7)
    ) { try parse(header: entry(), dataBytes: 7) }
    #expect(throws: SafetensorsError.self) {
      try parse(header: entry(offsets: "[\(Int.max - 8),\(Int.max)]"), dataBytes: 8)
    }
  }

  @Test("shape and offsets that disagree")
  func wrongByteCount() {
    #expect(
      throws: SafetensorsError.wrongByteCount(file: "f", tensor: "a", found: 8, expected: 12)
    ) { try parse(header: entry(shape: "[3]"), dataBytes: 8) }
  }

  @Test("a hole before, between or behind tensors, and an overlap")
  func notContiguous() {
    #expect(
      throws: SafetensorsError.notContiguous(file: "f", tensor: "a", start: 4, expected: 0)
    ) { try parse(header: entry(offsets: "[4,12]"), dataBytes: 12) }
    func two(_ start: Int) -> String {
      """
      {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},
       "b":{"dtype":"U8","shape":[4],"data_offsets":[\(start),\(start + 4)]}}
      """
    }
    for start in [2, 6] {
      #expect(
        throws: SafetensorsError.notContiguous(file: "f", tensor: "b", start: start, expected: 4)
      ) { try parse(header: two(start), dataBytes: 10) }
    }
    #expect(throws: SafetensorsError.trailingBytes(file: "f", bytes: 2)) {
      try parse(header: two(4), dataBytes: 10)
    }
  }

  @Test("truncating a good file anywhere is refused")
  func truncation() throws {
    let whole = TinySafetensors.file([
      .init("x", .float32, [3], [1, 2, 3]), .init("y", .float16, [2], [4, 5]),
    ])
    _ = try parse(whole)
    for count in 0..<whole.count {
      #expect(throws: SafetensorsError.self, "cut to \(count)") {
        try parse(Array(whole[..<count]))
      }
    }
  }

  @Test("random damage to a good file is read or refused, never followed out of the file")
  func damage() {
    let whole = TinySafetensors.file(
      [.init("x", .float32, [3], [1, 2, 3]), .init("y", .float16, [2], [4, 5])],
      metadata: "{\"format\":\"pt\"}")
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      guard let header = try? parse(bytes) else { continue }
      #expect(header.entries.reduce(header.byteCount) { $0 + $1.range.count } == bytes.count)
    }
  }

  @Test("every error says file, what was found and what to do")
  func explanations() {
    let errors: [SafetensorsError] = [
      .shorterThanLength(file: "f", bytes: 1), .headerTooLong(file: "f", bytes: 1, limit: 0),
      .headerOutsideFile(file: "f", bytes: 2, fileBytes: 9),
      .headerNotObject(file: "f", firstByte: nil), .missingKey(file: "f", tensor: "a", key: "k"),
      .duplicateTensor(file: "f", tensor: "a"),
      .unknownElementType(file: "f", tensor: "a", found: "x"),
      .impossibleShape(file: "f", tensor: "a", shape: [-1]),
      .impossibleOffsets(file: "f", tensor: "a", offsets: []),
      .offsetsOutsideFile(file: "f", tensor: "a", offsets: 0..<1, dataBytes: 0),
      .wrongByteCount(file: "f", tensor: "a", found: 1, expected: 2),
      .notContiguous(file: "f", tensor: "a", start: 1, expected: 2),
      .trailingBytes(file: "f", bytes: 1),
    ]
    for error in errors {
      #expect(error.explanation.file == "f")
      #expect(error.explanation.remedy != nil, "\(error)")
    }
  }
}
