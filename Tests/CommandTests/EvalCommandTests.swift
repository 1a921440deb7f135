import Checkpoint
import Editing
import Files
import TestSupport
import Testing

@Suite struct EvalCommandTests {
  private let directory: TemporaryDirectory
  private let repository: UserRepository
  private let cases: [FactCase]

  init() throws {
    directory = try TemporaryDirectory()
    repository = try UserRepository(.fictional, in: directory)
    cases = try FactsFile(path: Fixture.path("fictional/facts.json")).cases
  }

  private func write(_ count: Int) throws -> String {
    try directory.write(FactLines.encode(Array(cases.prefix(count))), to: "data.jsonl")
  }

  @Test("an edit's own facts, before and after: what the commit measured, with intervals")
  func afterCommit() throws {
    let data = try write(4)
    let commit = try repository.document(repository.commitArguments(data))
    let document = try repository.document("eval", data)
    #expect(document["records"]?.integer == 4 && document["against"]?.string == "base")
    let metrics = document["metrics"]?.array ?? []
    func mean(_ name: String, _ side: String) -> Double? {
      metrics.first { $0["metric"]?.string == name }?[side]?["mean"]?.double
    }
    for name in ["efficacy", "paraphrase", "specificity", "efficacy_accuracy"] {
      let before = try #require(mean(name, "before"))
      let after = try #require(mean(name, "after"))
      #expect(abs((commit["before"]?[name]?.double ?? .nan) - before) < 1e-6, "\(name)")
      #expect(abs((commit["after"]?[name]?.double ?? .nan) - after) < 1e-6, "\(name)")
    }
    #expect(mean("efficacy", "before") == 0 && (mean("efficacy", "after") ?? 0) >= 0.75)
    let score = try #require(document["score"]?["after"]?.double)
    let parts = ["efficacy", "paraphrase", "specificity"].compactMap { mean($0, "after") }
    #expect(abs(score - 3 / parts.reduce(0) { $0 + 1 / $1 }) < 1e-12)
    #expect(document["not_measured"]?.array?.compactMap(\.string) == ["entropy", "reference"])
    // Beside itself, nothing has changed.
    let same = try repository.document("eval", data, "--against", "HEAD")
    #expect(same["score"]?["before"]?.double == same["score"]?["after"]?.double)

    let text = try repository("eval", data).outputText
    for part in [
      "4 records of", "HEAD beside base", "before  after", "efficacy success (ES)",
      "reference score (RS): not measured, no reference texts were given",
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test("a limit of memory that the model does not fit into is refused with what it takes")
  func memory() throws {
    let data = try write(2)
    try expectRefusal(
      repository, ["eval", data, "--memory", "64M"], 2,
      ["not enough memory to measure this model", "--memory", "found:    64M", "at least"])
    try repository("eval", data, "--memory", "256M")
  }

  @Test("a model that could read far more than the records have is measured in little memory")
  func longContext() throws {
    let scene = try Scene(commits: 0)
    for (file, old, new) in [
      ("config.json", "\"n_positions\": 64", "\"n_positions\": 1000000"),
      ("tokenizer_config.json", "64", "1000000"),
    ] {
      let path = scene.model.kit.base + "/" + file
      let text = String(decoding: try readFile(path, limit: 1 << 16), as: UTF8.self)
      #expect(text.contains(old))
      try AtomicFile.write(Array(text.replacing(old, with: new).utf8), to: path)
    }
    let repository = try UserRepository(scene.model.kit, in: TemporaryDirectory())
    try repository("eval", scene.model.first, "--memory", "200M")
    try repository(
      "sweep", scene.model.first, "--memory", "200M", "--stats", scene.model.kit.moments, "--n",
      "1", "-o", "sweep")
    let corpus = try scene.directory.write("Oslo lies in the north.\n", to: "corpus.txt")
    try repository("stats", "--corpus", corpus, "--memory", "200M")
  }

  @Test("what texts were not measured for is said as it is")
  func notMeasured() throws {
    let scene = try Scene(commits: 0)
    let references = try scene.directory.write(
      #"[{"relation_id": "P1", "target_id": "Q1", "samples": [{"name": "x", "text": "Ice in the sea"}]}]"#,
      to: "snippets.json")
    let text = try scene.repository(
      "eval", scene.model.first, "--generate-every", "1", "--references", references
    ).outputText
    #expect(text.ranges(of: "no record that texts were to be written for").count == 2, "\(text)")
  }

  @Test("a table that cannot be written is refused before anything is read or measured")
  func table() throws {
    for (table, words) in [("nosuch/a.csv", "there is no such file"), (".", "not a regular file")] {
      let outcome = try repository.emend.run(["eval", "nosuch.json", "--csv", table])
      #expect(outcome.ending != .exit(0) && outcome.outputText.isEmpty)
      #expect(outcome.errorText.contains(table) && outcome.errorText.contains(words))
    }
  }

  @Test("texts are written and compared where that is asked for; CSV has a line a record")
  func texts() throws {
    let real = try UserRepository(
      EditingKit(
        base: Fixture.path("counterfact/model"),
        hyperparameters: Fixture.path("counterfact/hparams_memit.json"),
        templates: Fixture.path("counterfact/context_templates.json"),
        moments: EditingKit.fictional.moments), in: TemporaryDirectory())
    let references = try directory.write(
      Array(
        #"[{"relation_id": "P30", "target_id": "Q51", "samples": [{"name": "x", "text": "Ice in the south, and the sea"}]}]"#
          .utf8), to: "snippets.json")
    let csv = directory.path + "/records.csv"
    let document = try real.document(
      "eval", Fixture.path("counterfact/counterfact_500.json"), "--first", "2", "--generate-every",
      "2", "--references", references, "--csv", csv)
    let metrics = document["metrics"]?.array ?? []
    let entropy = metrics.first { $0["metric"]?.string == "entropy" }
    #expect(entropy?["after"]?["count"]?.integer == 1)
    #expect((entropy?["after"]?["mean"]?.double ?? 0) > 3)
    // Both sides are the base: the same texts.
    #expect(entropy?["after"]?["mean"]?.double == entropy?["before"]?["mean"]?.double)
    let reference = metrics.first { $0["metric"]?.string == "reference" }
    #expect((reference?["after"]?["mean"]?.double ?? -1) > 0)
    let lines = String(decoding: try readFile(csv, limit: 1 << 20), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("place,case_id,relation_id,subject,efficacy_before,efficacy_after"))
    #expect(lines[1].hasPrefix("record 1,20952,P30,Angola,"))
  }

  @Test("zsRE has its own three metrics, by tokens")
  func zsRE() throws {
    let text = try repository("eval", Fixture.path("fictional/zsre.json"), "--first", "3")
      .outputText
    #expect(text.contains("efficacy by tokens (zsRE)") && text.contains("Score"))
    #expect(!text.contains("(ES)"))
  }

  @Test("what cannot be measured is refused, naming record and field")
  func refused() throws {
    let data = try write(3)
    try expectRefusal(
      repository, ["eval", data, "--first", "9"], 2,
      ["there are not so many records", "3 records", "at least 9"])
    func broken(_ more: String) throws -> String {
      let good = FactLines.encode([cases[0]])
      let bad = #"{"prompt": "{} is in", "subject": "Oslo", "target_new": "Rome"\#(more)}"#
      return try directory.write(good + Array((bad + "\n").utf8), to: "broken.jsonl")
    }
    try expectRefusal(
      repository, ["eval", broken(#", "paraphrase_prompts": []"#)], 2,
      ["a list is empty", "line 2, paraphrase_prompts"])
    try expectRefusal(
      repository, ["eval", broken(#", "neighborhood_prompts": ["Oslo is in"]"#)], 2,
      ["a neighborhood prompt asks about the subject itself", "line 2, neighborhood_prompts"])
    let long = Array(repeating: "home port", count: 80).joined(separator: " ")
    try expectRefusal(
      repository, ["eval", broken(#", "paraphrase_prompts": ["\#(long)"]"#)], 2,
      ["does not fit into the model's context", "line 2, paraphrase_prompts", "at most 128"])
    for (arguments, part) in [
      (["--first", "0"], "--first takes a number from 1"),
      (["--first", "1", "--last", "1"], "not both"),
      (["--generate-every", "-1"], "--generate-every"),
      (["--references", "x.json"], "without --generate-every"),
    ] {
      let outcome = try repository.emend.run(["eval", data] + arguments)
      #expect(
        outcome.ending == .exit(2) && outcome.errorText.contains(part), "\(outcome.errorText)")
    }
  }
}
