import Diagnostics
import Editing
import TestSupport
import Testing

private func fact(
  _ subject: String, _ prompt: String, _ object: String, relation: String? = nil
) throws -> Fact {
  try Fact(
    prompt: PromptTemplate(prompt), subject: subject, targetNew: object, relation: relation)
}

@Suite struct FactConflictsTests {
  /// Which facts contradict which earlier ones.
  private func conflicts(in facts: [Fact]) -> [[Int]] {
    ContradictionFilter(facts).leftOut.map { [$0.contradicts, $0.index] }
  }

  @Test("two objects for one subject and prompt are a conflict; the same one again is not")
  func findsConflicts() throws {
    #expect(
      conflicts(in: [
        try fact("A", "{} is", "x"), try fact("B", "{} is", "y"), try fact("A", "{} was", "y"),
        try fact("A", "{} is", "y"), try fact("A", "{} is", "x"), try fact("A", "{} is", "z"),
      ]) == [[0, 3], [0, 5]])
  }

  @Test("space and the composition of characters make no difference, case does")
  func normalisation() throws {
    let facts = [
      try fact("Jos\u{E9} Mara", "The  home of {} is", "new  York"),
      try fact(" Jose\u{301}\tMara ", "The home of {}\u{A0}is ", "new York"),
      try fact("José Mara", "the home of {} is", "Rome"),
      try fact("José  Mara", "The home of {} is", "New York"),
    ]
    #expect(conflicts(in: facts) == [[0, 3]])
    #expect(FactQuestion(facts[0]) == FactQuestion(facts[1]))
    #expect(FactQuestion(facts[0]) != FactQuestion(facts[2]))
  }

  @Test("facts of a file that say the same again are left out")
  func repeated() throws {
    let directory = try TemporaryDirectory()
    let lines = [("{} is", "x"), ("{} was", "x"), (" {}  is", " x"), ("{} is", "x")].map {
      #"{"prompt": "\#($0.0)", "subject": "A", "target_new": "\#($0.1)"}"# + "\n"
    }
    let path = try directory.write(lines.joined(), to: "facts.jsonl")
    let (cases, _, duplicates) = try FactsFile.distinctCases(path: path)
    #expect(cases.map(\.fact.prompt.text) == ["{} is", "{} was"])
    #expect(duplicates == 2)
  }

  @Test("a conflict in a file is refused, naming both places and objects")
  func refusal() throws {
    let lines = """
      {"prompt":"{} is","subject":"A","target_new":"x"}

      {"prompt":"{} is","subject":"B","target_new":"x"}
      {"prompt":"{} is","subject":"A","target_new":"y"}
      {"prompt":"{} is","subject":"A","target_new":"z"}
      """
    let file = try FactsFile(parsing: Array(lines.utf8), file: "facts")
    let error = try #require(throws: FactConflictError.self) {
      try file.refuseContradictions(named: "facts")
    }
    #expect(error.first == .line(1) && error.second == .line(4) && error.count == 2)
    #expect(error.explanation.field == "line 1 and line 4")
    #expect(error.explanation.found == "'{} is' of 'A' is 'x' and 'y'")
    let clean = try FactsFile(parsing: Array(lines.utf8.prefix(60)), file: "f", broken: .leftOut)
    try clean.refuseContradictions(named: "f")
  }

  @Test("two objects for one subject and relation are a conflict, however they are asked")
  func relations() throws {
    #expect(
      conflicts(in: [
        try fact("A", "{} is", "x", relation: "P1"), try fact("A", "{} was", "y", relation: "P1"),
        try fact("A", "{} was", "y", relation: "P2"), try fact("A", "{} has", "x", relation: "P1"),
        try fact("B", "{} was", "y", relation: "P1"), try fact("A", "{} had", "y"),
      ]) == [[0, 1]])
    // A fact without a relation that says what a later one says again does not hide it.
    #expect(
      conflicts(in: [
        try fact("A", "{} is", "x"), try fact("A", "{} was", "y", relation: "P1"),
        try fact("A", "{} is", "x", relation: "P1"),
      ]) == [[1, 2]])
    let lines = [("{} is", "x"), ("{} was", "y")].map {
      #"{"requested_rewrite": {"prompt": "\#($0.0)", "subject": "A", "relation_id": "P1","#
        + #" "target_new": {"str": "\#($0.1)"}, "target_true": {"str": "z"}}}"#
    }
    let text = Array(lines.joined(separator: "\n").utf8)
    let error = try #require(throws: FactConflictError.self) {
      try FactsFile(parsing: text, file: "facts").refuseContradictions(named: "facts")
    }
    #expect(error.explanation.found == "P1 of 'A' is 'x' and 'y'")
  }

  @Test("the filter keeps the first fact of each contradiction and says why others go")
  func filter() throws {
    let result = ContradictionFilter([
      try fact("A", "{} is", "x", relation: "P1"),
      try fact("A", "{} was", "y", relation: "P1"),
      try fact("A", "{} was", "x", relation: "P1"),
      try fact("A", "{} has", "y", relation: "P2"),
      try fact("A", "{} has", "z"),
      try fact("B", "{} is", "y", relation: "P1"),
      try fact("A", "{} is", "x"),
    ])
    #expect(result.kept == [0, 2, 3, 5, 6])
    #expect(result.leftOut.map(\.index) == [1, 4])
    #expect(result.leftOut.map(\.contradicts) == [0, 3])
    #expect(result.leftOut.map(\.reason) == [.sameRelation, .samePrompt])
  }

  @Test("what the filter keeps has no contradiction left, and nothing that it drops could stay")
  func filterProperty() throws {
    var generator = SeededGenerator(seed: 31)
    for _ in 0..<300 {
      let facts = try (0..<20).map { _ in
        try fact(
          "S\(Int.random(in: 0...2, using: &generator))",
          "{} p\(Int.random(in: 0...2, using: &generator))",
          "o\(Int.random(in: 0...2, using: &generator))",
          relation: ["P1", "P2", nil].randomElement(using: &generator) ?? nil)
      }
      func contradict(_ a: Fact, _ b: Fact) -> Bool {
        a.subject == b.subject && a.targetNew != b.targetNew
          && (a.prompt == b.prompt || (a.relation != nil && a.relation == b.relation))
      }
      let result = ContradictionFilter(facts)
      for (i, a) in result.kept.enumerated() {
        for b in result.kept[..<i] { #expect(!contradict(facts[a], facts[b])) }
      }
      for dropped in result.leftOut {
        #expect(contradict(facts[dropped.index], facts[dropped.contradicts]))
        #expect(result.kept.contains(dropped.contradicts))
      }
      #expect((result.kept + result.leftOut.map(\.index)).sorted() == Array(0..<20))
    }
  }
}
