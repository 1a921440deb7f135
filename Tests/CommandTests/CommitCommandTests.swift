import Checkpoint
import Editing
import Files
import TestSupport
import Testing

@Suite struct CommitCommandTests {
  @Test("says what it measured before and after, and what changed")
  func text() throws {
    let scene = try Scene(commits: 0)
    let text = try scene.repository(scene.repository.commitArguments(scene.model.first)).outputText
    #expect(text.hasPrefix("[main \(try scene.short("HEAD"))] 2 facts, "))
    for part in [
      "before  after  facts", "probability of the new object", "new object beats the old",
      "not the first answer after the edit:", "Oslo is in → Rome",
      "transformer.h.1.mlp.fc_out.weight: change of norm", "% of the weight's",
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test("the document has each fact and each tensor, and ids that are the repository's")
  func document() throws {
    let scene = try Scene(commits: 0)
    let document = try scene.repository.document(
      "commit", scene.model.first, "--stats", scene.model.kit.moments)
    #expect(document["commit"]?.string == (try scene.id("HEAD")))
    #expect(document["tree"]?.string == (try scene.id("HEAD^{tree}")))
    #expect(document["branch"]?.string == "main")
    let edit = try #require(document["edit"]?.string)
    #expect(
      try scene.repository.git()("log", "-1", "--format=%B").output.contains("Emend-Edit: \(edit)"))
    let facts = document["facts"]?.array ?? []
    #expect(facts.map { $0["subject"]?.string } == ["Oslo", "Bern"])
    #expect(facts.allSatisfy { $0["steps"]?.integer == 4 })
    for fact in facts {
      let before = try #require(fact["probability_before"]?.double)
      let after = try #require(fact["probability_after"]?.double)
      #expect(before > 0 && before < 1 && after > 0 && after < 1 && after != before)
    }
    func errors(_ document: JSONValue) -> [Double] {
      document["tensors"]?.array?.compactMap { $0["relative_error"]?.double } ?? []
    }
    #expect(errors(document).count == 2 && errors(document).allSatisfy { $0 > 0 && $0 <= 1e-3 })
    #expect(document["after"]?["efficacy"]?.double != nil)
    let finer = try scene.repository.document(
      scene.repository.commitArguments(scene.model.second) + ["--precision", "1e-5"])
    #expect(errors(finer).count == 2 && errors(finer).allSatisfy { $0 > 0 && $0 <= 1e-5 })
  }

  @Test("without -m the facts are summed up; with it the message is the user's")
  func message() throws {
    let scene = try Scene(commits: 0)
    try scene.repository("commit", scene.model.first, "--stats", scene.model.kit.moments)
    #expect(
      try scene.repository.git()("log", "-1", "--format=%s").lines == ["Edit 2 facts: Oslo, Bern"])
    try scene.repository.commit(scene.model.second, message: "Offices moved\n\nIn May.")
    #expect(
      try scene.repository.git()("log", "-1", "--format=%b").output.hasPrefix(
        "In May.\n\nEmend-Edit:"))
  }

  @Test("'-' reads the facts from standard input")
  func standardInput() throws {
    let scene = try Scene(commits: 0)
    let facts = String(decoding: try readFile(scene.model.first, limit: 1 << 20), as: UTF8.self)
    let outcome = try scene.repository.emend.run(
      ["commit", "-", "--stats", scene.model.kit.moments], input: facts)
    #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
    #expect(try scene.lines("facts").count == 2)
  }

  @Test("a fact that is there twice enters once")
  func duplicates() throws {
    let scene = try Scene(commits: 0)
    let file = try scene.directory.write(
      TinyModel.facts([("Oslo", "Rome"), ("Oslo", "Rome")]), to: "twice.jsonl")
    let text = try scene.repository(scene.repository.commitArguments(file)).outputText
    #expect(text.contains("] 1 fact, ") && text.contains("1 repeated fact left out"))
    #expect(try scene.lines("facts").count == 1)
  }

  @Test("facts that the model knows already are refused: the edit would change nothing")
  func changesNothing() throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(.fictional, in: directory)
    let known = try FactsFile(path: Fixture.path("fictional/facts.json")).cases[6].fact
    func commit(_ object: String) throws -> [String] {
      let fact = try Fact(prompt: known.prompt, subject: known.subject, targetNew: object)
      return try repository.commitArguments(
        directory.write(FactLines.encode([FactCase(fact)]), to: object + ".jsonl"))
    }
    try expectRefusal(
      repository, commit(#require(known.targetTrue)), 1, ["the edit would change nothing"])
    try repository(commit(known.targetNew))
  }

  @Test("a change that the weights' type rounds away is refused, too")
  func roundsAway() throws {
    let scene = try Scene(commits: 0)
    let weak = try scene.directory.write(
      TinyModel.hyperparameters.replacing("\"v_lr\": 0.5", with: "\"v_lr\": 1e-9"), to: "weak.json")
    try expectRefusal(
      scene.repository,
      scene.repository.commitArguments(scene.model.first) + ["--hparams", weak], 1,
      ["the edit would change nothing"])
  }

  @Test("the same run twice gives the same commit: nothing but facts, base and settings enters")
  func repeatable() throws {
    let (first, second) = (try Scene(), try Scene())
    #expect(try first.id("HEAD^{tree}") == second.id("HEAD^{tree}"))
    #expect(try first.id("HEAD") == second.id("HEAD"))
  }

  @Test("facts read from the other forms", arguments: ["zsre_mend", "counterfact_easyedit"])
  func forms(name: String) throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(.fictional, in: directory)
    try repository.commit(Fixture.path("formats/\(name).json"))
    #expect(try repository.document("facts")["facts"]?.array?.count == 5)
  }

  @Test("active facts that a batch contradicts are named; both stay")
  func contradicted() throws {
    let scene = try Scene(commits: 1)
    let arguments = scene.repository.commitArguments(scene.model.clash)
    let text = try scene.repository(arguments).outputText
    #expect(text.contains("active facts that say something else"))
    #expect(text.contains("    Oslo is in → Rome (was Asia) (edit "))
    try scene.repository("undo")
    let document = try scene.repository.document(arguments)
    #expect(document["contradicted"]?.array?.first?["target_new"]?.string == "Rome")
    #expect(document["contradicted"]?.array?.count == 1)
    let second = try scene.repository.document(
      scene.repository.commitArguments(scene.model.second))
    #expect(second["contradicted"]?.array?.isEmpty == true)
  }

  @Test("a message without text is refused; trailers of another commit in one are left out")
  func messages() throws {
    let scene = try Scene(commits: 1)
    for message in ["", " \n"] {
      try expectRefusal(
        scene.repository, scene.repository.commitArguments(scene.model.second, message: message),
        2, ["-m <message>"])
    }
    let copied = try scene.repository.git()("log", "-1", "--format=%B").output
    #expect(copied.contains("Emend-Edit: "))
    try scene.repository.commit(scene.model.second, message: copied)
    let text = try scene.repository.git()("log", "-1", "--format=%B").output
    #expect(text.hasPrefix("One\n") && text.split(separator: "Emend-Edit: ").count == 2)
    // A line's end in a subject does not end the summary.
    let broken = try scene.directory.write(
      TinyModel.facts([("Port\\nau", "Cork")]), to: "broken.jsonl")
    try scene.repository("commit", broken, "--stats", scene.model.kit.moments)
    #expect(try scene.lines("log", "-n1", "--oneline")[0].hasSuffix("Edit 1 fact: Port au"))
  }

  @Test("options that a method does not use are refused")
  func foreignOptions() throws {
    let scene = try Scene(commits: 0)
    for options in [
      ["commit", scene.model.first, "--editor", "x"],
      ["commit", scene.model.first, "--method", "ft", "--stats", "x"],
      ["commit", scene.model.first, "--method", "ft", "--cache", "x"],
      ["targets", scene.model.first, "--stats", "x"],
      ["stats", "--corpus", scene.model.first, "--seed", "1"],
      ["stats", "--npz", "1=x", "--npz", "1=y"], ["stats", "--npz", "1=x", "--samples", "3"],
      ["apply", "--adapter", "x", "--verify"],
      ["sweep", scene.model.first, "--methods", "memit", "--hparams", "rome=x", "--output", "o"],
    ] {
      #expect(try scene.repository.emend.run(options).ending == .exit(2), "\(options)")
    }
  }
}
