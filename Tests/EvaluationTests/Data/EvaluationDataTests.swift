import Editing
import Evaluation
import Testing
import Transformer

@Suite struct EvaluationDataTests {
  private func facts(_ lines: String...) throws -> FactsFile {
    try FactsFile(parsing: Array(lines.joined(separator: "\n").utf8), file: "data")
  }

  private func line(
    _ subject: String, _ object: String, relation: String = "P1", more: String = ""
  ) -> String {
    #"{"prompt": "{} is in", "subject": "\#(subject)", "target_new": "\#(object)", "#
      + #""relation_id": "\#(relation)"\#(more)}"#
  }

  @Test("a record that contradicts an earlier one is left out and reported")
  func contradictions() throws {
    let data = try EvaluationData(
      facts(
        line("A", "Rome"), line("B", "Rome"), line("A", "Bern"),
        line("A", "Oslo", relation: "P2")), file: "data")
    #expect(data.cases.map(\.fact.targetNew) == ["Rome", "Rome"])
    #expect(data.leftOut.map(\.place) == [.line(3), .line(4)])
    #expect(data.leftOut.first?.contradicts == .line(1) && data.leftOut.first?.object == "Rome")
  }

  @Test("the first and the last records; more than there are is refused")
  func selections() throws {
    let file = try facts(line("A", "Rome"), line("B", "Bern"), line("C", "Oslo"))
    #expect(
      try EvaluationData(file, file: "data", .first(2)).cases.map(\.fact.subject) == ["A", "B"])
    let last = try EvaluationData(file, file: "data", .last(2))
    #expect(last.cases.map(\.fact.subject) == ["B", "C"] && last.places == [.line(2), .line(3)])
    #expect(throws: EvaluationError.tooFewRecords(file: "data", asked: 4, found: 3)) {
      try EvaluationData(file, file: "data", .first(4))
    }
  }

  @Test("a neighborhood prompt about the subject itself is refused; one that names it is noted")
  func neighbours() throws {
    let named = line("Norway", "Rome", more: #", "neighborhood_prompts": ["Denmark-Norway is in"]"#)
    #expect(
      try EvaluationData(facts(line("A", "Rome"), named), file: "data").sharedSubjects
        == [.line(2)])
    let own = line("Norway", "Rome", more: #", "neighborhood_prompts": ["Norway is in"]"#)
    #expect(
      throws: EvaluationError.neighborIsOwnPrompt(
        file: "data", place: .line(1), prompt: "Norway is in", subject: "Norway")
    ) { try EvaluationData(facts(own), file: "data") }
  }

  @Test("a prompt that does not fit is named by record and field")
  func tooLong() throws {
    let study = try Study.fictional()
    let long = Array(repeating: "home port", count: 80).joined(separator: " ")
    for (more, field) in [
      (#", "paraphrase_prompts": ["\#(long)"]"#, "paraphrase_prompts"),
      (
        #", "neighborhood_prompts": [{"prompt": "\#(long)", "target": "x"}]"#,
        "neighborhood_prompts"
      ), (#", "generation_prompts": ["\#(long)"]"#, "generation_prompts"),
    ] {
      let data = try EvaluationData(facts(line("A", "Rome", more: more)), file: "data")
      let error = try #require(throws: EvaluationError.self) {
        try data.check(study.tokenizer, study.model.architecture)
      }
      guard case .tooLong("data", .line(1), field, _, 128) = error else { throw error }
    }
  }

  @Test("the digest follows the records and their order")
  func digest() throws {
    let (a, b) = (line("A", "Rome"), line("B", "Bern"))
    let digest = try EvaluationData(facts(a, b), file: "x").digest
    #expect(try EvaluationData(facts(a, b), file: "y").digest == digest)
    #expect(try EvaluationData(facts(b, a), file: "x").digest != digest)
  }

  @Test("CSV quotes what would end a cell")
  func csv() {
    var table = CSVText(["a", "b"])
    table.add(["x, \"y\"", CSVText.number(0.5)])
    table.add(["plain", CSVText.number(nil)])
    #expect(table.text == "a,b\n\"x, \"\"y\"\"\",0.5\nplain,\n")
  }
}
