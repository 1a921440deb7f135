import Checkpoint
import Diagnostics
import FoundationEssentials
import TestSupport
import Testing

private func parse(_ text: String) throws -> JSONValue {
  try JSONValue(parsing: Array(text.utf8), file: "f")
}

@Suite struct JSONTests {
  @Test("values of every kind are read")
  func kinds() throws {
    let value = try parse(
      #" {"n":null,"t":true,"f":false,"i":-12,"d":1.5e-3,"s":"a\u00e9\ud83d\ude00\n\/","a":[1,[],{}]} "#
    )
    #expect(value["n"] == .null)
    #expect(value["t"] == .bool(true))
    #expect(value["f"] == .bool(false))
    #expect(value["i"]?.integer == -12)
    #expect(value["d"]?.double == 0.0015)
    #expect(value["s"]?.string == "aé😀\n/")
    #expect(value["a"] == .array([.integer(1), .array([]), .object(JSONObject([]))]))
    #expect(value["missing"] == nil)
  }

  @Test("whole numbers stay exact to 64 bits; what does not fit is rounded")
  func numbers() throws {
    #expect(try parse("9223372036854775807") == .integer(.max))
    #expect(try parse("-9223372036854775808") == .integer(.min))
    #expect(try parse("9223372036854775808") == .number(0x1p63))
    #expect(try parse("12.0").integer == 12)
    #expect(try parse("-0") == .number(-0.0))
    #expect(try parse("0") == .integer(0))
  }

  @Test(
    "what is not JSON is refused with its place",
    arguments: [
      ("", 1, 1), ("[1,]", 1, 4), ("[1 2]", 1, 4), ("{\"a\":1,}", 1, 8), ("{\"a\" 1}", 1, 6),
      ("{a:1}", 1, 2), ("[01]", 1, 3), ("[1.]", 1, 4), ("[1e]", 1, 4), ("[+1]", 1, 2),
      ("[-]", 1, 3), ("[NaN]", 1, 2), ("[Infinity]", 1, 2), ("tru", 1, 4), ("nulL", 1, 4),
      ("\"a", 1, 3), ("\"a\\x\"", 1, 3), ("\"\\u12g4\"", 1, 2), ("\"\\ud83d\"", 1, 2),
      ("\"\\ud83d\\u0041\"", 1, 2), ("\"\\ude00\"", 1, 2), ("\"a\tb\"", 1, 3), ("1 2", 1, 3),
      ("[\n1,\n  x]", 3, 3), ("[1", 1, 3), ("{\"a\":1", 1, 7), ("[1e999]", 1, 2), ("]", 1, 1),
    ])
  func syntaxErrors(text: String, line: Int, column: Int) throws {
    let error = try #require(throws: JSONError.self) { try parse(text) }
    #expect(error.line == line && error.column == column, "\(error)")
    #expect(error.explanation.file == "f")
  }

  @Test("a key that appears twice is refused, differently composed keys are two")
  func duplicateKeys() throws {
    let error = #expect(throws: JSONError.self) { try parse("{\"a\":1,\"b\":2,\"a\":1}") }
    #expect(error?.problem == .duplicateKey("a"))
    let composed = try parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(composed["\u{E9}"] == .integer(1))
    #expect(composed["e\u{301}"] == .integer(2))
  }

  @Test("nesting is followed to its limit and refused above it")
  func depth() throws {
    let limit = JSONReader.deepest
    func nested(_ n: Int) -> String {
      String(repeating: "[", count: n) + String(repeating: "]", count: n)
    }
    _ = try parse(nested(limit))
    let error = #expect(throws: JSONError.self) { try parse(nested(limit + 1)) }
    #expect(error?.problem == .tooDeep(limit: limit))
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test("bytes that are not UTF-8 are refused, with and without an escape beside them")
  func invalidUTF8() throws {
    for bytes in [[0x22, 0xC3, 0x28, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22]] as [[UInt8]] {
      let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes, file: "f") }
      #expect(error?.problem == .invalidUTF8)
    }
  }

  @Test("values are skipped to the same place where reading them ends")
  func skipping() throws {
    let text = Array(#"[{"a":[1,"\\\"",{}],"b":null},-1.5e3,true,"x"]"#.utf8)
    try text.withUnsafeBytes { bytes in
      var reader = JSONReader(bytes, file: "f")
      try reader.skipValue()
      try reader.finish()
    }
  }

  @Test("canonical text is sorted by bytes, escapes only what it must, and reads back the same")
  func canonical() throws {
    let value = try parse(#"{"b":[1,2.5,null,true],"a":"/é\u2028\"\\\n\u0001","Z":{"y":1,"x":{}}}"#)
    let text = JSONText.canonical(value)
    #expect(
      String(decoding: text, as: UTF8.self)
        == "{\"Z\":{\"x\":{},\"y\":1},\"a\":\"/é\u{2028}\\\"\\\\\\n\\u0001\",\"b\":[1,2.5,null,true]}"
    )
    #expect(JSONText.canonical(try JSONValue(parsing: text, file: "f")) == text)
  }

  @Test("random documents read the same as by Foundation, and damaged ones are refused alike")
  func againstFoundation() throws {
    var generator = SeededGenerator(seed: 3)
    func random(_ depth: Int) -> String {
      switch Int.random(in: 0..<(depth > 3 ? 4 : 6), using: &generator) {
      case 0: ["null", "true", "false"].randomElement(using: &generator) ?? ""
      case 1: "\(Int.random(in: -1000...1000, using: &generator))"
      case 2: "\(Double.random(in: -1...1, using: &generator))"
      case 3: ["\"\"", "\"a b\"", #""\u00e9\n""#, "\"ü\""].randomElement(using: &generator) ?? ""
      case 4:
        "["
          + (0..<Int.random(in: 0...3, using: &generator)).map { _ in random(depth + 1) }
          .joined(separator: " , ") + "]"
      default:
        "{"
          + (0..<Int.random(in: 0...3, using: &generator)).map {
            "\"k\($0)\": \(random(depth + 1))"
          }
          .joined(separator: ",") + "}"
      }
    }
    for _ in 0..<3000 {
      var text = Array(random(0).utf8)
      if Bool.random(using: &generator) {
        let i = Int.random(in: 0..<text.count, using: &generator)
        text[i] = Array("[]{},:\"0a\\ ".utf8).randomElement(using: &generator) ?? 0
      }
      let theirs = try? JSONDecoder().decode(Oracle.self, from: Data(text)).value
      let ours = Result { () throws(JSONError) in try JSONValue(parsing: text, file: "f") }
      switch ours {
      case .success(let value):
        // Foundation keeps no order of keys.
        #expect(JSONText.canonical(value) == theirs.map(JSONText.canonical))
      case .failure(let error):
        if case .duplicateKey = error.problem { continue }  // which Foundation lets pass
        #expect(theirs == nil, "\(error) in \(String(decoding: text, as: UTF8.self))")
      }
    }
  }
}

/// The same value by Foundation's decoder.
private struct Oracle: Decodable {
  let value: JSONValue

  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Key.self) {
      value = .object(
        JSONObject(
          try object.allKeys.map(\.stringValue).sorted().map {
            ($0, try object.decode(Oracle.self, forKey: Key(stringValue: $0)).value)
          }))
    } else if var array = try? decoder.unkeyedContainer() {
      var elements: [JSONValue] = []
      while !array.isAtEnd { elements.append(try array.decode(Oracle.self).value) }
      value = .array(elements)
    } else {
      let single = try decoder.singleValueContainer()
      if single.decodeNil() {
        value = .null
      } else if let bool = try? single.decode(Bool.self) {
        value = .bool(bool)
      } else if let integer = try? single.decode(Int.self) {
        value = .integer(integer)
      } else if let double = try? single.decode(Double.self) {
        value = .number(double)
      } else {
        value = .string(try single.decode(String.self))
      }
    }
  }
}
