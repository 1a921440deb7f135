import Diagnostics
import Foundation
import Store
import TestSupport
import Testing

@Suite("One value, one encoding")
struct CanonicalJSONTests {
  private func parse(_ text: String) throws -> CanonicalJSON {
    try CanonicalJSON.parse(Array(text.utf8), file: "test")
  }

  @Test("the encoding is what the format's description shows")
  func layout() {
    let value = CanonicalJSON.object(
      .init([
        ("shape", .array([.integer(160), .integer(-640)])), ("empty", .array([])),
        ("none", .object(.init())), ("list", .array([.string("a/b"), .boolean(true)])),
        ("Z", .string("\"\\\n\u{1}é\u{7f}")),
      ]))
    #expect(
      String(decoding: value.bytes, as: UTF8.self) == """
        {
          "Z": "\\"\\\\\\n\\u0001é\u{7f}",
          "empty": [],
          "list": [
            "a/b",
            true
          ],
          "none": {},
          "shape": [160, -640]
        }

        """)
  }

  @Test("random values read back, and Foundation reads the same", arguments: 1...20)
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let value = CanonicalJSON.object(.init([("v", Self.random(&random, depth: 4))]))
    #expect(try CanonicalJSON.parse(value.bytes, file: "test") == value)
    let theirs = try JSONSerialization.jsonObject(with: Data(value.bytes))
    #expect(Self.matches(value, theirs))
    // However it is laid out, it is the same value.
    let relaid = try JSONSerialization.data(withJSONObject: theirs, options: [])
    #expect(try CanonicalJSON.parse(Array(relaid), file: "test").bytes == value.bytes)
  }

  @Test("names are sorted by bytes, and names that Unicode calls equivalent stay two")
  func namesAreBytes() throws {
    let composed = "\u{e9}"
    let decomposed = "e\u{301}"
    let object = CanonicalJSON.Object([(composed, .integer(1)), (decomposed, .integer(2))])
    #expect(object.members.count == 2)
    #expect(object[composed] == .integer(1) && object[decomposed] == .integer(2))
    #expect(
      try CanonicalJSON.parse(CanonicalJSON.object(object).bytes, file: "x") == .object(object))
  }

  @Test("escapes are read, surrogate pairs too")
  func escapes() throws {
    #expect(try parse(#""\u00e9\ud83d\ude00\/\b\f""#) == .string("é😀/\u{8}\u{c}"))
  }

  @Test(
    "what is not this kind of JSON is refused with its place",
    arguments: [
      "", " ", "nul", "null", "tru", "1.5", "1e3", "01", "-", "--1", "-0", "9223372036854775808",
      "[1,]", "[1 2]", "[", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{a:1}",
      "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
      "\"\u{1}\"", "1 1", "[1]]", "\u{feff}{}", String(repeating: "[", count: 100_000),
      "NaN", "'a'", "\"\\u00\"",
    ])
  func refused(text: String) {
    let error = #expect(throws: FormatError.self) { try parse(text) }
    #expect(error?.explanation.field?.hasPrefix("line ") == true)
  }

  @Test("text that is not UTF-8 is refused")
  func notUTF8() {
    for bytes in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]] as [[UInt8]] {
      #expect(throws: FormatError.self) {
        try CanonicalJSON.parse([0x22] + bytes + [0x22], file: "test")
      }
    }
  }

  @Test("every shortened document is refused")
  func truncated() throws {
    let bytes = Array("{\"a\": [1, \"x\\u0041\", true], \"b\": {\"c\": -12}}".utf8)
    for count in 0..<bytes.count {
      #expect(throws: FormatError.self) {
        try CanonicalJSON.parse(Array(bytes.prefix(count)), file: "test")
      }
    }
  }

  private static func random(_ random: inout SeededGenerator, depth: Int) -> CanonicalJSON {
    switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
    case 0: return .integer(Int64.random(in: .min ... .max, using: &random))
    case 1: return .integer(Int64.random(in: -9...9, using: &random))
    case 2: return .boolean(Bool.random(using: &random))
    case 3: return .string(text(&random))
    case 4:
      return .array(
        (0..<Int.random(in: 0..<5, using: &random)).map { _ in
          self.random(&random, depth: depth - 1)
        })
    default:
      return .object(
        .init(
          (0..<Int.random(in: 0..<5, using: &random)).map {
            ("\($0)" + text(&random), self.random(&random, depth: depth - 1))
          }))
    }
  }

  private static func text(_ random: inout SeededGenerator) -> String {
    let pool = Array("ab\"\\/\n\r\t\u{8}\u{c}\u{0}\u{1f}é漢😀\u{7f}\u{2028}".unicodeScalars)
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<8, using: &random) {
      text.append(pool[Int.random(in: 0..<pool.count, using: &random)])
    }
    return String(text)
  }

  private static func matches(_ ours: CanonicalJSON, _ theirs: Any) -> Bool {
    switch ours {
    case .string(let text):
      return (theirs as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
    case .boolean(let value): return (theirs as? Bool) == value
    case .integer(let value): return (theirs as? NSNumber)?.int64Value == value
    case .array(let values):
      guard let list = theirs as? [Any], list.count == values.count else { return false }
      return zip(values, list).allSatisfy(matches)
    case .object(let object):
      guard let members = theirs as? [String: Any], members.count == object.members.count else {
        return false
      }
      return object.members.allSatisfy { member in
        members[member.name].map { matches(member.value, $0) } ?? false
      }
    }
  }
}
