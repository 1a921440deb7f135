import Checkpoint
import Diagnostics
import Editing
import Files
import TestSupport
import Testing

private func read(
  _ text: String, broken: FactsFile.BrokenRecords = .refused
) throws -> FactsFile {
  try FactsFile(parsing: Array(text.utf8), file: "facts", broken: broken)
}

/// The one problem that a text of one broken record has.
private func problem(_ text: String) throws -> FactProblem {
  let error = try #require(throws: FactsFileError.self) { try read(text) }
  guard case .broken("facts", let records, 1) = error, let only = records.first else { throw error }
  return only.problem
}

@Suite struct FactsFileFormTests {
  /// Record 1 of CounterFact as found in furonglegend/Met@3cafe6f4 (`counterfact_500.json`; CounterFact is
  /// MIT-licensed, kmeng01/rome), with its lists cut short.
  static let counterFact = """
    [{"case_id": 3648, "pararel_idx": 15072, "requested_rewrite": {
      "prompt": "What is the twin city of {}? It is", "relation_id": "P190",
      "target_new": {"str": "Dresden", "id": "Q1731"},
      "target_true": {"str": "Barcelona", "id": "Q1492"}, "subject": "Shanghai"},
     "paraphrase_prompts": [
      "Hamid Berhili (MAR), 10:4\\n Paul Ingle (GBR) def. The twin city of Shanghai is",
      "Palgrave Macmillan, 2013. Shanghai is a twin city of"],
     "neighborhood_prompts": ["Rio de Janeiro is a twin city of", "The twin city of Cologne is"],
     "attribute_prompts": ["Hamburg is a twin city of"],
     "generation_prompts": ["People in Shanghai's twin city speak the language of"]}]
    """

  @Test("a record of CounterFact")
  func counterFactForm() throws {
    let file = try read(Self.counterFact)
    let only = try #require(file.cases.first)
    #expect(only.fact.filledPrompt == "What is the twin city of Shanghai? It is")
    #expect(only.fact.subject == "Shanghai")
    #expect(only.fact.targetNew == "Dresden")
    #expect(only.fact.targetTrue == "Barcelona")
    #expect(only.fact.caseID == 3648)
    #expect(only.fact.relation == "P190")
    #expect(only.companions.paraphrases.count == 2)
    #expect(
      only.companions.paraphrases.first?.hasPrefix("Hamid Berhili (MAR), 10:4\n Paul") == true)
    #expect(
      only.companions.neighbourhood == [
        NeighbourhoodPrompt(prompt: "Rio de Janeiro is a twin city of"),
        NeighbourhoodPrompt(prompt: "The twin city of Cologne is"),
      ])
    #expect(only.companions.attribute == ["Hamburg is a twin city of"])
    #expect(
      only.companions.generation == ["People in Shanghai's twin city speak the language of"])
    #expect(file.places == [.record(1)])
  }

  /// Records 2 and 5 of zsRE in MEND's form as found in Jometeorie/KnowledgeSpread@51d74026, shortened by
  /// fields that are not read.
  static let zsRE = """
    [{"subject": "WEFS", "src": "When was WEFS established?", "pred": "1998",
      "rephrase": "When has WEFS been established?", "alt": "1997", "answers": ["1987"],
      "loc": "nq question: who voiced gaston in beauty and the beast 1991",
      "loc_ans": "American actor and singer Richard White",
      "cond": "1998 >> 1997 || When was WEFS established?"},
     {"subject": "Papendrecht", "src": "By which body of water is Papendrecht located?",
      "pred": "D\\u00f6llnitz", "alt": "Benedenrecht", "answers": ["Beneden Merwede", "Noord"],
      "relation_id": "P206"}]
    """

  @Test("records of zsRE in MEND's form: the first answer is the target, `{}` is put in")
  func zsREForm() throws {
    let cases = try read(Self.zsRE).cases
    #expect(
      cases.map(\.fact.prompt.text) == [
        "When was {} established?", "By which body of water is {} located?",
      ])
    #expect(cases.map(\.fact.targetNew) == ["1987", "Beneden Merwede"])
    #expect(cases.map(\.fact.targetTrue) == [nil, nil])
    #expect(cases.map(\.fact.caseID) == [0, 1])
    #expect(cases.map(\.fact.relation) == [nil, "P206"])
    #expect(cases[0].companions.paraphrases == ["When has WEFS been established?"])
    #expect(
      cases[0].companions.neighbourhood == [
        NeighbourhoodPrompt(
          prompt: "nq question: who voiced gaston in beauty and the beast 1991?",
          target: "American actor and singer Richard White")
      ])
    #expect(cases[1].companions == FactCompanions())
  }

  @Test("a record of EasyEdit: the subject is written out in the prompt")
  func easyEditForm() throws {
    // CounterFact in EasyEdit's form, record 2 as found in Jometeorie/KnowledgeSpread@51d74026.
    let file = try read(
      """
      [{"case_id": 8, "prompt": "What is the twin city of Wellington? It is",
        "target_new": "Sheffield", "subject": "Wellington", "ground_truth": "Sydney",
        "rephrase_prompt": "Wellington's twin city has famous tourist attractions including",
        "locality_prompt": "The twin city of Seoul is", "locality_ground_truth": "Sydney"}]
      """)
    let only = try #require(file.cases.first)
    #expect(only.fact.prompt.text == "What is the twin city of {}? It is")
    #expect(only.fact.targetNew == "Sheffield")
    #expect(only.fact.targetTrue == "Sydney")
    #expect(only.fact.caseID == 8)
    #expect(
      only.companions
        == FactCompanions(
          paraphrases: ["Wellington's twin city has famous tourist attractions including"],
          neighbourhood: [
            NeighbourhoodPrompt(prompt: "The twin city of Seoul is", target: "Sydney")
          ]))
  }

  @Test("a record of KnowEdit: lists of answers and of neighbours")
  func knowEditForm() throws {
    // zsRE in KnowEdit's form, record 0 as found in a public copy (MIT).
    let file = try read(
      """
      [{"subject": "Epaspidoceras", "target_new": "Noctuidae",
        "prompt": "Which family does Epaspidoceras belong to?",
        "ground_truth": ["Aspidoceratidae"], "rephrase_prompt": "What family are Epaspidoceras?",
        "locality": {"Relation_Specificity": [
          {"prompt": "The taxon rank of Epaspidoceras is", "ground_truth": ["genus"]},
          {"prompt": "Epaspidoceras taxon rank", "ground_truth": [["genus"], ["x"]]}]},
        "portability": {"Reasoning": [{"prompt": "p", "ground_truth": "Owlet moths"}]}}]
      """)
    let only = try #require(file.cases.first)
    #expect(only.fact.prompt.text == "Which family does {} belong to?")
    #expect(only.fact.targetTrue == "Aspidoceratidae")
    #expect(only.companions.paraphrases == ["What family are Epaspidoceras?"])
    #expect(
      only.companions.neighbourhood == [
        NeighbourhoodPrompt(prompt: "The taxon rank of Epaspidoceras is", target: "genus"),
        NeighbourhoodPrompt(prompt: "Epaspidoceras taxon rank", target: "genus"),
      ])
  }

  @Test("an EasyEdit record that kept the `{}` of CounterFact")
  func easyEditWithPlaceholder() throws {
    let file = try read(
      #"[{"prompt":"{} speaks","subject":"Ann","target_new":"French","ground_truth":["Dutch"]}]"#)
    #expect(file.cases.first?.fact.prompt.text == "{} speaks")
    #expect(file.cases.first?.fact.targetTrue == "Dutch")
  }

  @Test("JSON Lines of our own form, with blank lines, Windows line ends and a byte order mark")
  func plainForm() throws {
    let file = try read(
      "\u{FEFF}\r\n"
        + #"{"prompt":" The capital of {} is ","subject":" France ","target_new":" Lyon "}"#
        + "\r\n\n"
        + #"{"prompt":"{} speaks","subject":"Ann","target_new":"French","target_true":"Dutch","#
        + #""case_id":7,"relation_id":"P103","paraphrase_prompts":["Ann talks"],"#
        + #""neighborhood_prompts":["Bob speaks",{"prompt":"Cat says","target":"miaow"}],"#
        + #""attribute_prompts":["Dan speaks"],"generation_prompts":["Ann is"],"note":1}"#)
    #expect(file.places == [.line(2), .line(4)])
    let first = file.cases[0].fact
    #expect(first.filledPrompt == "The capital of France is")
    #expect(Fact.continuation(first.targetNew) == " Lyon")
    let second = file.cases[1]
    #expect(second.fact.targetTrue == "Dutch")
    #expect(second.fact.caseID == 7)
    #expect(second.fact.relation == "P103")
    #expect(
      second.companions
        == FactCompanions(
          paraphrases: ["Ann talks"],
          neighbourhood: [
            NeighbourhoodPrompt(prompt: "Bob speaks"),
            NeighbourhoodPrompt(prompt: "Cat says", target: "miaow"),
          ], attribute: ["Dan speaks"], generation: ["Ann is"]))
  }

  @Test("substitution is literal, whatever stands in prompt and subject")
  func literal() throws {
    let file = try read(
      #"{"prompt":"{0} %s {name} {} \\1 $&","subject":"{a}%d","target_new":"{}"}"#)
    #expect(file.cases.first?.fact.filledPrompt == #"{0} %s {name} {a}%d \1 $&"#)
    #expect(file.cases.first?.fact.targetNew == "{}")
  }

  @Test("a file on disk is read like its bytes")
  func fromDisk() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Self.counterFact, to: "facts.json")
    #expect(try FactsFile(path: path).cases == read(Self.counterFact).cases)
  }
}

@Suite struct FactsFileRefusalTests {
  @Test("a file that is not there")
  func missingFile() throws {
    let directory = try TemporaryDirectory()
    let error = #expect(throws: FactsFileError.self) {
      try FactsFile(path: directory["none"])
    }
    guard case .file(let failure) = error else { throw try #require(error) }
    #expect(failure.isAbsence)
  }

  @Test("a file without facts", arguments: ["", " \n\t", "[]", "[ ]\n"])
  func noFacts(text: String) {
    #expect(throws: FactsFileError.noFacts(file: "facts")) { try read(text) }
  }

  @Test("text that is neither an array nor lines of objects", arguments: ["prompt,subject", "1"])
  func unknownFormat(text: String) {
    #expect(
      throws: FactsFileError.unknownFormat(file: "facts", found: text.utf8.first ?? 0)
    ) { try read(text) }
  }

  @Test("an array that is not JSON: the line is named")
  func brokenArray() throws {
    let text = FactsFileFormTests.zsRE.replacing("\"pred\": \"1998\"", with: "\"pred\" \"1998\"")
    let error = #expect(throws: FactsFileError.self) { try read(text) }
    guard case .json(let inner) = error else { throw try #require(error) }
    #expect(inner.line == 1 && inner.file == "facts")
    let cut = String(FactsFileFormTests.zsRE.dropLast(2))
    let second = #expect(throws: FactsFileError.self) { try read(cut) }
    guard case .json(let end) = second else { throw try #require(second) }
    #expect(end.line == 8)
  }

  @Test("a broken line is named, and what it has")
  func brokenLine() throws {
    let good = #"{"prompt":"{} is","subject":"A","target_new":"b"}"#
    let text = [good, "", #"{"prompt":"{} is","subject":"A","target_new":}"#, good]
      .joined(separator: "\n")
    let error = try #require(throws: FactsFileError.self) { try read(text) }
    guard case .broken(_, let records, 1) = error, case .json(let inner) = records.first?.problem
    else { throw error }
    #expect(records.first?.place == .line(3))
    #expect(inner.line == 3)
    #expect(error.explanation.field == "line 3, column 46")
    #expect(error.explanation.file == "facts")
  }

  @Test("a line that is too long")
  func longLine() throws {
    let long = String(repeating: "x", count: FactsFile.longestLine)
    let found = try problem("{\"prompt\":\"\(long)\"}")
    #expect(
      found == .lineTooLong(bytes: FactsFile.longestLine + 13, limit: FactsFile.longestLine))
  }

  @Test(
    "a missing field is named with its record",
    arguments: [
      (#"[{"subject":"A","target_new":"b"}]"#, "prompt"),
      (#"[{"prompt":"{} is","target_new":"b"}]"#, "subject"),
      (#"[{"prompt":"{} is","subject":"A"}]"#, "target_new"),
      (#"[{"prompt":"{} is","subject":null,"target_new":"b"}]"#, "subject"),
      (#"[{"requested_rewrite":{"subject":"A"}}]"#, "requested_rewrite.prompt"),
      (#"[{"requested_rewrite":{"prompt":"{}"}}]"#, "requested_rewrite.subject"),
      (
        #"[{"requested_rewrite":{"prompt":"{}","subject":"A","target_new":{}}}]"#,
        "requested_rewrite.target_new.str"
      ),
      (#"[{"src":"A is"}]"#, "subject"), (#"[{"src":"A is","subject":"A"}]"#, "answers"),
      (#"[{"prompt":"A is","subject":"A","ground_truth":"c"}]"#, "target_new"),
      (
        #"[{"prompt":"A is","subject":"A","target_new":"b","locality":{"x":[{"ground_truth":"c"}]}}]"#,
        "locality.x[0].prompt"
      ),
      (
        #"[{"prompt":"A is","subject":"A","target_new":"b","locality":{"x":[{"prompt":"B is"}]}}]"#,
        "locality.x[0].ground_truth"
      ),
    ])
  func missingField(text: String, field: String) throws {
    guard case .missing(let found, _) = try problem(text) else {
      Issue.record("\(try problem(text))")
      return
    }
    #expect(found == field)
  }

  @Test(
    "a section or list that is missing",
    arguments: [#"[{"requested_rewrite":{"prompt":"{}","subject":"A"}}]"#])
  func missingSection(text: String) throws {
    #expect(
      try problem(text)
        == .missing(field: "requested_rewrite.target_new", expected: "an object"))
  }

  @Test(
    "a field of the wrong kind is named with what it is",
    arguments: [
      (#"[1]"#, "the record", "a number"),
      (#"[{"prompt":1,"subject":"A","target_new":"b"}]"#, "prompt", "a number"),
      (#"[{"prompt":"{}","subject":["A"],"target_new":"b"}]"#, "subject", "an array"),
      (#"[{"prompt":"{}","subject":"A","target_new":{"str":"b"}}]"#, "target_new", "an object"),
      (#"[{"prompt":"{}","subject":"A","target_new":"b","case_id":"x"}]"#, "case_id", "a string"),
      (
        #"[{"prompt":"{}","subject":"A","target_new":"b","paraphrase_prompts":"x"}]"#,
        "paraphrase_prompts", "a string"
      ),
      (
        #"[{"prompt":"{}","subject":"A","target_new":"b","attribute_prompts":[1]}]"#,
        "attribute_prompts", "a number"
      ),
      (
        #"[{"prompt":"{}","subject":"A","target_new":"b","neighborhood_prompts":[1]}]"#,
        "neighborhood_prompts", "a number"
      ),
      (#"[{"requested_rewrite":"x"}]"#, "requested_rewrite", "a string"),
      (#"[{"src":"A is","subject":"A","answers":"b"}]"#, "answers", "a string"),
      (
        #"[{"prompt":"A is","subject":"A","target_new":"b","ground_truth":1}]"#, "ground_truth",
        "a number"
      ),
      (
        #"[{"prompt":"A is","subject":"A","target_new":"b","locality":{"x":[1]}}]"#, "locality.x",
        "a number"
      ),
    ])
  func wrongKind(text: String, field: String, kind: String) throws {
    guard case .wrongKind(let foundField, let found, _) = try problem(text) else {
      Issue.record("\(try problem(text))")
      return
    }
    #expect(foundField == field && found == kind)
  }

  @Test(
    "an empty list of what is measured is named; one of what is not, or none at all, is not missed",
    arguments: [
      (
        #"[{"prompt": "{} is", "subject": "A", "target_new": "b", "paraphrase_prompts": []}]"#,
        "paraphrase_prompts"
      ),
      (
        #"[{"prompt": "{} is", "subject": "A", "target_new": "b", "neighborhood_prompts": []}]"#,
        "neighborhood_prompts"
      ),
      (#"[{"src": "Is A?", "subject": "A", "answers": []}]"#, "answers"),
      (#"[{"prompt":"A is","subject":"A","target_new":"b","ground_truth":[]}]"#, "ground_truth"),
      (
        #"[{"prompt":"A is","subject":"A","target_new":"b","rephrase_prompt":[]}]"#,
        "rephrase_prompt"
      ),
      (
        #"[{"prompt":"A is","subject":"A","target_new":"b","#
          + #""locality":{"x":[{"prompt":"B is","ground_truth":[[]]}]}}]"#,
        "locality.x[0].ground_truth"
      ),
    ])
  func emptyList(text: String, field: String) throws {
    #expect(try problem(text) == .emptyList(field: field))
    #expect(
      try read(
        #"[{"prompt": "{} is", "subject": "A", "target_new": "b", "attribute_prompts": []}]"#
      ).cases.count == 1)
  }

  @Test(
    "an empty field is named",
    arguments: [
      (#"{"prompt":"","subject":"A","target_new":"b"}"#, "prompt"),
      (#"{"prompt":"{}","subject":" ","target_new":"b"}"#, "subject"),
      (#"{"prompt":"{}","subject":"A","target_new":""}"#, "target_new"),
      (#"{"prompt":"{}","subject":"A","target_new":" \t"}"#, "target_new"),
      (#"{"src":"A is","subject":"A","answers":[" "]}"#, "answers"),
      (#"{"src":"A is","subject":"A","answers":["b"],"loc":" "}"#, "loc"),
      (#"{"src":"A is","subject":"A","answers":["b"],"loc":"is B","loc_ans":""}"#, "loc_ans"),
      (#"{"src":"A is","subject":"A","answers":["b"],"rephrase":""}"#, "rephrase"),
      (
        #"{"prompt":"A is","subject":"A","target_new":"b","locality_prompt":""}"#, "locality_prompt"
      ),
      (#"{"prompt":"A is","subject":"A","target_new":"b","rephrase":["",""]}"#, "rephrase"),
      (
        #"{"requested_rewrite":{"prompt":"{}","subject":"A","target_new":{"str":""}}}"#,
        "requested_rewrite.target_new.str"
      ),
    ])
  func emptyField(text: String, field: String) throws {
    #expect(try problem(text) == .empty(field: field))
  }

  @Test("a prompt without a place for the subject")
  func noPlaceholder() throws {
    #expect(
      try problem(#"{"prompt":"France is","subject":"France","target_new":"b"}"#)
        == .noPlaceholder(prompt: "France is"))
  }

  @Test("a prompt with two places for the subject")
  func twoPlaceholders() throws {
    #expect(
      try problem(#"{"prompt":"{} and {}","subject":"A","target_new":"b"}"#)
        == .severalPlaceholders(prompt: "{} and {}", count: 2))
    #expect(
      try problem(#"{"src":"{} and A","subject":"A","answers":["b"]}"#)
        == .severalPlaceholders(prompt: "{} and A", count: 2))
  }

  @Test("a subject that is not in the prompt, or twice, where it is written out")
  func subjectInPrompt() throws {
    #expect(
      try problem(#"{"src":"Who is Bob?","subject":"Ann","answers":["b"]}"#)
        == .subjectNotInPrompt(prompt: "Who is Bob?", subject: "Ann"))
    #expect(
      try problem(#"{"src":"Is Ann Annabel?","subject":"Ann","answers":["b"]}"#)
        == .subjectSeveralTimes(prompt: "Is Ann Annabel?", subject: "Ann", count: 2))
    #expect(
      try problem(#"{"prompt":"x","subject":"Ann","target_new":"b","ground_truth":"c"}"#)
        == .subjectNotInPrompt(prompt: "x", subject: "Ann"))
  }

  @Test("a record of no known form is shown by its keys")
  func unknownForm() throws {
    #expect(
      try problem(#"[{"question":"q","answer":"a"}]"#)
        == .unknownForm(keys: ["question", "answer"]))
  }

  @Test("all broken records are counted, or left out if that was asked for")
  func manyBroken() throws {
    let good = #"{"prompt":"{} is","subject":"A","target_new":"b"}"#
    let lines = (1...300).map { $0 % 2 == 0 ? good : "{}" }
    let text = lines.joined(separator: "\n")
    let error = try #require(throws: FactsFileError.self) { try read(text) }
    guard case .broken(_, let records, 150) = error else { throw error }
    #expect(records.count == 100)
    #expect(records.map(\.place) == (0..<100).map { .line(2 * $0 + 1) })
    #expect(error.explanation.summary.hasSuffix("(and 149 more records are broken)"))
    let file = try read(text, broken: .leftOut)
    #expect(file.cases.count == 150 && file.leftOut.count == 150)
    #expect(file.places.first == .line(2))
    #expect(throws: FactsFileError.noFacts(file: "facts")) {
      try read("{}\n{}", broken: .leftOut)
    }
  }

  @Test("every problem is explained with file, place and remedy")
  func explanations() {
    let problems: [FactProblem] = [
      .missing(field: "f", expected: "e"), .wrongKind(field: "f", found: "x", expected: "e"),
      .empty(field: "f"), .noPlaceholder(prompt: "p"), .severalPlaceholders(prompt: "p", count: 2),
      .subjectNotInPrompt(prompt: "p", subject: "s"),
      .subjectSeveralTimes(prompt: "p", subject: "s", count: 2), .unknownForm(keys: ["k"]),
      .lineTooLong(bytes: 2, limit: 1), .notCanonical,
    ]
    for problem in problems {
      let explanation = FactsFileError.broken(
        file: "facts", records: [BrokenRecord(place: .record(4), problem: problem)], count: 1
      ).explanation
      #expect(explanation.file == "facts")
      #expect(explanation.field?.hasPrefix("record 4") == true)
      #expect(explanation.remedy != nil)
    }
  }

  @Test("random damage to a good file is read or refused")
  func damage() {
    var generator = SeededGenerator(seed: 11)
    let texts = [FactsFileFormTests.counterFact, FactsFileFormTests.zsRE].map { Array($0.utf8) }
    for round in 0..<4000 {
      var bytes = texts[round % 2]
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      for factCase in (try? FactsFile(parsing: bytes, file: "f"))?.cases ?? [] {
        #expect(!factCase.fact.subject.isEmpty && !factCase.fact.targetNew.isEmpty)
      }
    }
  }
}
