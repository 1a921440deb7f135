import Checkpoint
import Editing
import Files
import TestSupport
import Testing

@Suite struct SweepCommandTests {
  private let directory: TemporaryDirectory
  private let repository: UserRepository
  private let data: String

  init() throws {
    directory = try TemporaryDirectory()
    repository = try UserRepository(.fictional, in: directory)
    let cases = try FactsFile(path: Fixture.path("fictional/facts.json")).cases
    data = try directory.write(FactLines.encode(Array(cases.prefix(8))), to: "data.jsonl")
  }

  private func arguments(_ more: String...) -> [String] {
    [
      "sweep", data, "--output", directory.path + "/sweep", "--stats",
      EditingKit.fictional.moments,
    ] + more
  }

  @Test("curves, tables and page; no commit; run again, nothing is computed again")
  func whole() throws {
    let head = try repository.git()("rev-parse", "HEAD").lines
    let document = try repository.document(arguments("--n", "2,8", "--min-cases", "2"))
    #expect(document["records"]?.integer == 8)
    let points = document["scaling"]?.array ?? []
    #expect(points.map { $0["n"]?.integer } == [2, 8])
    #expect(points.map { $0["batches"]?.integer } == [4, 1])
    #expect(document["unedited"]?["metrics"]?["efficacy"]?["mean"]?.double == 0)
    let efficacy = points.compactMap { $0["metrics"]?["efficacy"]?["mean"]?.double }
    #expect(efficacy.count == 2 && efficacy.allSatisfy { $0 >= 0.75 })
    #expect(try repository.git()("rev-parse", "HEAD").lines == head)
    let files = document["files"]?.array?.compactMap(\.string) ?? []
    #expect(
      files.map { $0.split(separator: "/").last } == [
        "scaling.csv", "categories.csv", "mixes.csv", "index.html",
      ])
    let csv = String(decoding: try readFile(files[0], limit: 1 << 20), as: UTF8.self)
    #expect(
      csv.split(separator: "\n").map { $0.split(separator: ",")[0] } == [
        "method", "unedited", "memit", "memit",
      ])

    let text = try repository(arguments("--n", "2,8", "--min-cases", "2")).outputText
    for part in ["method", "Score", "unedited", "memit", "index.html"] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(
      String(decoding: try readFile(files[0], limit: 1 << 20), as: UTF8.self) == csv,
      "results were computed again")
    let few = try repository(arguments("--n", "2,8")).outputText
    #expect(few.contains("0 categories: no relation has 300 records (--min-cases)\n"))
  }

  @Test("what cannot be swept is refused before anything is run")
  func refused() throws {
    try expectRefusal(
      repository, arguments("--n", "1,9"), 2,
      ["there are not so many records", "8 records", "at least 9"])
    try expectRefusal(
      repository, arguments("--n", "1", "--mix", "P1,Q9"), 2, ["no record has this relation"])
    for (more, part) in [
      (["--methods", "memit,magic"], "--methods"), (["--n", "0"], "--n"), (["--n", "1,"], "--n"),
      (["--parts", "scaling,all"], "--parts"), (["--mix", "P1,P1"], "--mix"),
      (["--min-cases", "0"], "--min-cases"), (["--hparams", "memit"], "--hparams"),
    ] {
      let outcome = try repository.emend.run(arguments() + more)
      #expect(
        outcome.ending == .exit(2) && outcome.errorText.contains(part), "\(outcome.errorText)")
    }
  }

  @Test("results of other hyperparameters are not mixed in")
  func otherHyperparameters() throws {
    try repository(arguments("--n", "8", "--parts", "scaling"))
    let text = String(
      decoding: try readFile(EditingKit.fictional.hyperparameters, limit: 1 << 20), as: UTF8.self)
    let other = try directory.write(
      Array(text.replacing("\"v_lr\": 0.7", with: "\"v_lr\": 0.6").utf8), to: "other.json")
    let outcome = try repository.emend.run(
      arguments("--n", "8", "--parts", "scaling", "--hparams", "memit=" + other))
    #expect(outcome.ending == .exit(2))
    for part in ["there are results of other settings", "v_lr", "0.7", "0.6", "--output"] {
      #expect(outcome.errorText.contains(part), "\(part) in \(outcome.errorText)")
    }
  }
}
