import FoundationEssentials
import TestSupport
import Testing
import Transformer

/// Against the `tokenizers` library, which shares no code with ours.
@Suite struct ReferenceTests {
  @Test(
    "ids equal the reference's on every string",
    arguments: ReferenceStrings.models + ReferenceStrings.kinds)
  func ids(name: String) throws {
    let reference = try ReferenceStrings(name)
    try #require(reference.ids.count == reference.strings.count)
    #expect(reference.strings.count >= (ReferenceStrings.models.contains(name) ? 20_000 : 2_000))
    var different: [Int] = []
    for (index, string) in reference.strings.enumerated() {
      let ids = reference.tokenizer.encode(string, specialTokens: reference.policy(index))
      if ids != reference.ids[index] { different.append(index) }
    }
    for index in different.prefix(5) {
      let string = reference.strings[index]
      Issue.record(
        "\(index) \(string.debugDescription): \(reference.tokenizer.encode(string)), reference \(reference.ids[index])"
      )
    }
    #expect(different.count == 0, "\(different.count) of \(reference.strings.count) differ")
  }

  @Test(
    "decoding equals the reference's, of texts and of arbitrary ids",
    arguments: ReferenceStrings.models + ReferenceStrings.kinds)
  func decoding(name: String) throws {
    struct Line: Decodable {
      let ids: [Int32]
      let spelled: String
      let omitted: String
      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        ids = try values.decode([Int32].self)
        spelled = try values.decode(String.self)
        omitted = try values.decode(String.self)
      }
    }
    let tokenizer = try ReferenceStrings.tokenizer(name)
    let all: [Line] = try lines(of: "tokenizers/\(name)/decoded.jsonl")
    #expect(all.count >= 400)
    for line in all {
      #expect(Array(tokenizer.decode(line.ids).utf8) == Array(line.spelled.utf8), "\(line.ids)")
      let omitted = tokenizer.decode(line.ids, specialTokens: .omitted)
      #expect(Array(omitted.utf8) == Array(line.omitted.utf8), "\(line.ids)")
    }
  }

  @Test("letters, numbers and spaces are the reference's, over all of Unicode")
  func classes() throws {
    var expected = [ScalarClass](repeating: .other, count: 0x110000)
    for line in try Fixture.bytes("tokenizers/classes.txt").split(separator: 0x0A) {
      let parts = String(decoding: line, as: UTF8.self).split(separator: " ")
      let kind = try #require(
        ["letter": ScalarClass.letter, "number": .number, "space": .space][parts[2]])
      let first = try #require(Int(parts[0], radix: 16)),
        last = try #require(Int(parts[1], radix: 16))
      for value in first...last { expected[value] = kind }
    }
    var different: [String] = []
    for (value, kind) in expected.enumerated() {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      if ScalarClass(scalar) != kind { different.append(String(value, radix: 16)) }
    }
    #expect(different == [])
  }

  @Test(
    "the subject's last token is where the MEMIT authors' program finds it", arguments: [1, 16])
  func lookupIndices(requests: Int) throws {
    struct Golden: Decodable {
      struct Request: Decodable {
        let subject: String
        let prompts: [String]
        let tokens: [[String]]
        let lookup_idxs: [Int]
        let target_new: String
        let target_ids: [Int32]
      }
      let requests: [Request]
    }
    let tokenizer = try ReferenceStrings.tokenizer("fictional")
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(try Fixture.bytes("reference/memit/memit_n\(requests).json")))
    #expect(golden.requests.count == requests)
    for request in golden.requests {
      #expect(request.prompts.count == request.lookup_idxs.count)
      for (row, prompt) in request.prompts.enumerated() {
        let spans = tokenizer.encodeWithOffsets(prompt)
        #expect(spans.count == request.tokens[row].count)
        let text = Array(prompt.utf8)
        let place = try #require(text.ranges(of: Array(request.subject.utf8)).last)
        #expect(lastToken(overlapping: place, in: spans) == request.lookup_idxs[row], "\(prompt)")
      }
      #expect(tokenizer.encode(" " + request.target_new) == request.target_ids)
    }
  }
}
