import Editing
import TestSupport
import Testing

private func randomText(_ generator: inout SeededGenerator, allowingEmpty: Bool = false) -> String {
  let pieces = [
    "a", "b c", "é", "e\u{301}", "\"", "\\", "\n", "/", "😀", "\u{1}", "{", "}", "\u{2028}",
  ]
  let middle = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
    pieces.randomElement(using: &generator) ?? ""
  }
  return allowingEmpty ? middle.joined() : "x" + middle.joined() + "y"
}

@Suite struct FactLinesTests {
  @Test("stored facts are these bytes")
  func knownBytes() throws {
    let fact = try Fact(
      prompt: PromptTemplate("The \"{}\" is"), subject: "A/é", targetNew: "b\n", targetTrue: "c",
      caseID: 3, relation: "P1")
    let companions = FactCompanions(
      paraphrases: ["p"],
      neighbourhood: [
        NeighbourhoodPrompt(prompt: "n"), NeighbourhoodPrompt(prompt: "m", target: "t"),
      ],
      attribute: ["a"], generation: ["g"])
    let plain = try Fact(prompt: PromptTemplate("{} is"), subject: "B", targetNew: "d")
    let text = String(
      decoding: FactLines.encode([FactCase(fact, companions: companions), FactCase(plain)]),
      as: UTF8.self)
    #expect(
      text == """
        {"attribute_prompts":["a"],"case_id":3,"generation_prompts":["g"],"neighborhood_prompts":\
        ["n",{"prompt":"m","target":"t"}],"paraphrase_prompts":["p"],"prompt":"The \\"{}\\" is",\
        "relation_id":"P1","subject":"A/é","target_new":"b","target_true":"c"}
        {"prompt":"{} is","subject":"B","target_new":"d"}

        """)
  }

  @Test("random facts come back as they were, from one encoding")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 21)
    for _ in 0..<300 {
      let cases = try (0..<Int.random(in: 0...5, using: &generator)).map { _ in
        let before = randomText(&generator, allowingEmpty: true).replacing("{", with: "[")
        let after = randomText(&generator, allowingEmpty: true).replacing("}", with: "]")
        return FactCase(
          try Fact(
            prompt: PromptTemplate("\(before) {} \(after)"), subject: randomText(&generator),
            targetNew: randomText(&generator),
            targetTrue: Bool.random(using: &generator) ? randomText(&generator) : nil,
            caseID: Bool.random(using: &generator)
              ? Int.random(in: -5...5, using: &generator) : nil,
            relation: Bool.random(using: &generator) ? randomText(&generator) : nil),
          companions: FactCompanions(
            paraphrases: [randomText(&generator, allowingEmpty: true)],
            neighbourhood: [
              NeighbourhoodPrompt(
                prompt: randomText(&generator), target: randomText(&generator, allowingEmpty: true))
            ]))
      }
      let bytes = FactLines.encode(cases)
      let back = try FactLines.decode(bytes, file: "facts.jsonl")
      #expect(back == cases)
      #expect(FactLines.encode(back) == bytes)
      #expect(bytes.filter { $0 == 0x0A }.count == cases.count)
    }
  }

  @Test(
    "bytes that would be written otherwise are refused, naming the line",
    arguments: [
      (#"{"prompt":"{}","subject":"A","target_new":"b"}"#, 1),
      (#"{"subject":"A","prompt":"{}","target_new":"b"}"# + "\n", 1),
      (#"{"prompt":"{}","subject":"A","target_new":"b"}"# + "\n\n", 2),
      (#"{"prompt":"{}","subject":"A","target_new":"b"}"# + "\r\n", 1),
      (
        #"{"prompt":"{}","subject":"A","target_new":"b"}"# + "\n"
          + #"{"prompt":"{}","subject":"A","target_new":"b","x":1}"# + "\n", 2
      ),
      (#"{"prompt":"{}","subject":"\u0041","target_new":"b"}"# + "\n", 1),
      (#"{"prompt":"{}","subject":"A ","target_new":"b"}"# + "\n", 1),
      (#"[{"prompt":"{}","subject":"A","target_new":"b"}]"# + "\n", 1),
    ])
  func notCanonical(text: String, line: Int) throws {
    let error = try #require(throws: FactsFileError.self) {
      try FactLines.decode(Array(text.utf8), file: "facts.jsonl")
    }
    #expect(
      error
        == .broken(
          file: "facts.jsonl",
          records: [BrokenRecord(place: .line(line), problem: .notCanonical)], count: 1))
  }
}
