import Files
import TestSupport
import Testing

/// Facts that cannot be edited: the line is named, and nothing is recorded.
@Suite("Facts that commit refuses")
struct BadFactsTests {
  private let directory: TemporaryDirectory
  private let repository: UserRepository

  init() throws {
    directory = try TemporaryDirectory()
    repository = try UserRepository(TinyModel(in: directory).kit, in: directory)
  }

  private static let good = TinyModel.facts([("Oslo", "Rome")])

  private func fact(_ prompt: String, _ subject: String, _ target: String) -> String {
    "{\"prompt\": \"\(prompt)\", \"subject\": \"\(subject)\", \"target_new\": \"\(target)\"}\n"
  }

  private func refuse(_ text: String, _ parts: String...) throws {
    let file = try directory.write(text, to: "bad.jsonl")
    try expectRefusal(repository, repository.commitArguments(file), 2, parts)
    #expect(try repository.git()("rev-list", "--count", "HEAD").lines == ["1"])
  }

  @Test("a broken line is named by its number")
  func brokenLine() throws {
    try refuse(Self.good + "{\"prompt\": \"{} is in\", \"subj\n", "bad.jsonl", "line 2, column")
  }

  @Test("a line without a field")
  func missingField() throws {
    try refuse(
      Self.good + "{\"prompt\": \"{} is in\", \"subject\": \"Bern\"}\n", "bad.jsonl", "line 2")
  }

  @Test("a prompt without {}")
  func noPlaceholder() throws {
    try refuse(
      Self.good + fact("Bern is in", "Bern", "Rome"), "the prompt has no place for the subject",
      "line 2, prompt", "found:    'Bern is in'", "expected: one {}")
  }

  @Test("two facts that give one subject and prompt different objects")
  func contradiction() throws {
    try refuse(
      Self.good + fact("{} is in", "Bern", "Lima") + fact("{} is  in", "Oslo", "Bonn"),
      "two facts contradict each other", "line 1 and line 3", "'Rome' and 'Bonn'")
  }

  @Test("an empty target", arguments: ["", "   "])
  func emptyTarget(target: String) throws {
    try refuse(
      Self.good + fact("{} is in", "Bern", target), "a field is empty", "line 2, target_new")
  }

  @Test("an empty subject")
  func emptySubject() throws {
    try refuse(Self.good + fact("{} is in", " ", "Rome"), "a field is empty", "line 2, subject")
  }

  @Test("a subject longer than the model's context")
  func longSubject() throws {
    let subject = String(repeating: "Oslo", count: 40)
    try refuse(
      Self.good + fact("{} is in", subject, "Rome"),
      "a prompt does not fit into the model's context", "line 2, prompt", "found:    ",
      "expected: at most 64")
  }

  @Test("a subject whose last token cannot be told from the next word is named")
  func inseparableSubject() throws {
    // A tokenizer that joins o and s: of "Oslo" and "Oslos" the last letters are one token.
    let directory = try TemporaryDirectory()
    let kit = try TinyModel(in: directory).kit
    try TinyModel.join([("o", "s")], in: kit.base)
    let repository = try UserRepository(kit, in: directory)
    let facts = try directory.write(
      Self.good + fact("{}s are in", "Bordo", "Rome"), to: "joined.jsonl")
    try expectRefusal(
      repository, repository.commitArguments(facts), 2,
      [
        "the subject's last token runs into the text after it",
        "token \"os\" at the end of subject \"Bordo\"", "Let the subject end where a word ends",
      ])
  }

  @Test(
    "a prompt that measures the fact and cannot: named by line and field",
    arguments: [
      (#""paraphrase_prompts": [""]"#, "paraphrase_prompts", "a text has no tokens"),
      (
        #""paraphrase_prompts": ["\#(String(repeating: "Oslo", count: 40))"]"#,
        "paraphrase_prompts",
        "a prompt does not fit"
      ),
      (
        #""neighborhood_prompts": ["Oslo is in"]"#, "neighborhood_prompts",
        "a neighborhood prompt asks about the subject itself"
      ),
      (
        #""neighborhood_prompts": [{"prompt": "Bern is in", "target": " "}]"#,
        "neighborhood_prompts", "a text has no tokens"
      ),
    ])
  func uselessCompanion(member: String, field: String, problem: String) throws {
    try refuse(
      TinyModel.facts([("Bern", "Lima")])
        + #"{"prompt": "{} is in", "subject": "Oslo", "target_new": "Rome", "# + "\(member)}\n",
      problem, "line 2, \(field)")
  }

  @Test("a fact longer than a stored line may be, from an array, too")
  func longFact() throws {
    let prompts = (0..<1100).map { "\"\($0) " + String(repeating: "x", count: 1000) + "\"" }
    let record =
      #"{"prompt": "{} is in", "subject": "Oslo", "target_new": "Rome", "paraphrase_prompts": ["#
      + prompts.joined(separator: ", ") + "]}"
    try refuse("[\(record)]", "the fact is too long to be stored", "record 1", "at most 1048576")
  }

  @Test("what the tokenizer has an unknown token for, as object and at a subject's end")
  func unknownText() throws {
    let directory = try TemporaryDirectory()
    let kit = try TinyModel(in: directory).kit
    let file = kit.base + "/tokenizer.json"
    let text = try String(decoding: readFile(file, limit: 1 << 20), as: UTF8.self)
    let (none, some) = (#""unk_token": null"#, #""unk_token": "?""#)
    try #require(text.contains(none))
    try directory.write(text.replacing(none, with: some), to: "base/tokenizer.json")
    let repository = try UserRepository(kit, in: directory)
    for line in [fact("{} is in", "Oslo", "日本"), fact("{} is in", "東京", "Rome")] {
      let facts = try directory.write(line, to: "unknown.jsonl")
      try expectRefusal(
        repository, repository.commitArguments(facts), 2, ["the tokenizer cannot spell this"])
    }
  }

  @Test("a file without facts", arguments: ["", "\n\n", "[]"])
  func noFacts(text: String) throws {
    try refuse(text, "there are no facts in the file", "bad.jsonl")
  }

  @Test("a file that is none of facts")
  func otherFile() throws {
    try refuse("subject,prompt,target\n", "not a facts file", "bad.jsonl")
  }

  @Test("no such file, and a directory")
  func noFile() throws {
    try expectRefusal(
      repository, repository.commitArguments(directory["none.jsonl"]), 2, ["none.jsonl"])
    try expectRefusal(
      repository, repository.commitArguments(directory["base"]), 2, ["not a regular file", "base"])
  }
}
