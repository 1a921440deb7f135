import Checkpoint
import Editing
import Files
import TestSupport
import Testing

/// `commit --method`: each editor records what it did, and what it did can be taken apart again.
@Suite("Editors by name")
struct MethodCommandTests {
  private let directory: TemporaryDirectory
  private let repository: UserRepository
  private let facts: [Fact]
  private let file: String

  init() throws {
    directory = try TemporaryDirectory()
    repository = try UserRepository(.fictional, in: directory)
    facts = try FactsFile(path: Fixture.path("fictional/facts.json")).cases[0..<3].map(\.fact)
    file = try directory.write(FactLines.encode(facts.map { FactCase($0) }), to: "facts.jsonl")
  }

  private func commit(_ method: String, _ more: String...) throws -> JSONValue {
    try repository.document(
      repository.commitArguments(file) + [
        "--method", method, "--hparams", Fixture.path("fictional/hparams_\(method).json"),
      ] + more)
  }

  @Test("an edit records its method and is solved again by it", arguments: ["rome", "alphaedit"])
  func lifecycle(method: String) throws {
    let document = try commit(method)
    #expect(document["method"]?.string == method)
    #expect(document["after"]?["efficacy"]?.double == 1)
    #expect(
      try repository.git()("log", "-1", "--format=%B").output.contains("Emend-Method: \(method)"))
    let shown = try repository(["show", "HEAD"]).outputText
    #expect(shown.contains(method), "\(shown)")

    // Its targets are kept, and what was optimised in the cache: without that, resolving optimises nothing.
    let targets = try storedTargets()
    let cache = repository.gitDirectory + "/emend/cache"
    func optimised() throws -> [String] {
      guard try fileKind(at: cache) != nil else { return [] }
      return try contents(of: cache).keys.filter {
        $0.hasPrefix("/target/") && !$0.hasSuffix("/")
      }
    }
    #expect(try optimised().count == 3)
    try removeTree(cache)
    let again = try repository.document("resolve", "--all", "--stats", repository.kit.moments)
    let change = try #require(again["changes"]?.array?.first)
    #expect(change["old"]?.string == document["edit"]?.string)
    #expect(change["new"]?.string != change["old"]?.string)
    #expect(try optimised().isEmpty)
    #expect(try storedTargets() == targets)
    // The first solve had the targets before they were rounded to be stored; every later one has these.
    let weights = try repository.fingerprint()
    try repository("resolve", "--all", "--stats", repository.kit.moments)
    #expect(try storedTargets() == targets && repository.fingerprint() == weights)
    try repository(
      "revert", "HEAD", "--fact", facts[1].subject, "--stats", repository.kit.moments)
    #expect(
      try repository.git()("log", "-1", "--format=%B").output.contains("Emend-Method: \(method)"))
    let answers =
      try repository.document(
        ["generate", "--tokens", "4"] + facts.map(\.filledPrompt))["answers"]?.array ?? []
    for (index, fact) in facts.enumerated() {
      let wanted = index == 1 ? try #require(fact.targetTrue) : fact.targetNew
      let said = answers[index]["continuation"]?.string ?? ""
      #expect(said.hasPrefix(" " + wanted), "\(fact): \(said)")
    }
  }

  /// The ids of the blobs of the only edit's targets.
  private func storedTargets() throws -> [String] {
    let blobs = try repository.git()("ls-tree", "-r", "HEAD").lines.filter {
      $0.contains("/targets")
    }.compactMap { $0.split(separator: "\t").first.map(String.init) }
    try #require(!blobs.isEmpty)
    return blobs
  }

  @Test("the released program's denominator is a hyperparameter, and another edit")
  func denominator() throws {
    let text = String(
      decoding: try Fixture.bytes("fictional/hparams_rome.json"), as: UTF8.self)
    let bare = try directory.write(
      text.replacing("{\n \"layers\"", with: "{\"rome.denominator\": \"bare\", \"layers\""),
      to: "bare.json")
    let one = try directory.write(FactLines.encode([FactCase(facts[0])]), to: "one.jsonl")
    let arguments = repository.commitArguments(one) + ["--method", "rome", "--hparams"]
    let released = try repository.document(arguments + [bare])["edit"]?.string
    #expect(
      try repository.git()("show", "HEAD:\(path(of: #require(released)))/edit.json").output
        .contains("\"rome.denominator\": \"bare\""))
    try repository("undo")
    let ours = try repository.document(
      arguments + [Fixture.path("fictional/hparams_rome.json")])["edit"]?.string
    #expect(ours != nil && ours != released)

    let wrong = try directory.write(
      text.replacing("{\n \"layers\"", with: "{\"rome.denominator\": \"none\", \"layers\""),
      to: "wrong.json")
    try expectRefusal(
      repository, arguments + [wrong], 2,
      [wrong, "bad hyperparameter", "rome.denominator", "averaged or bare"])
  }

  private func path(of edit: String) -> String {
    "edits/\(edit.prefix(2))/\(edit.dropFirst(2))"
  }

  @Test("what a method does not have is refused: rules, layers, shares, hyperparameters of another")
  func refused() throws {
    let rome = ["--method", "rome", "--hparams", Fixture.path("fictional/hparams_rome.json")]
    let commit = repository.commitArguments(file)
    for rule in [["--forget-history"], ["--same-subject", "merge"]] {
      try expectRefusal(
        repository, commit + rome + rule, 2,
        ["the method has no such rule", String(rule[0].dropFirst(2)), "rome"])
    }
    try expectRefusal(
      repository, ["targets", file, "--shard", "1/2"] + rome, 2, ["cannot be shared out", "rome"])
    let memit = repository.kit.hyperparameters
    try expectRefusal(
      repository, commit + ["--method", "rome", "--hparams", memit], 2,
      [memit, "mom2_update_weight", "unknown key"])
    let two = try directory.write(
      "{\"layers\": [2, 3], \"v_num_grad_steps\": 20}", to: "two.json")
    try expectRefusal(
      repository, commit + ["--method", "rome", "--hparams", two], 2, ["layers", "one layer"])
    try expectRefusal(
      repository, commit + ["--method", "alphaedit"], 2, ["no hyperparameters are known"])
    let high = try directory.write(
      String(decoding: Fixture.bytes("fictional/hparams_alphaedit.json"), as: UTF8.self)
        .replacing("0.02", with: "100"), to: "high.json")
    try expectRefusal(
      repository, commit + ["--method", "alphaedit", "--hparams", high], 2,
      ["the null space is everything", "640 of 640"])
    let outcome = try repository.emend.run(commit + ["--method", "memo"])
    #expect(outcome.ending == .exit(2) && outcome.errorText.contains("'memit'"))
  }

  @Test("settings of the repository are kept by method")
  func settings() throws {
    try repository.git()(
      "config", "emend.rome.hparams", Fixture.path("fictional/hparams_rome.json"))
    try repository(repository.commitArguments(file) + ["--method", "rome", "--seed", "4"])
    // The contexts are ROME's own: one group, written by the model.
    let manifest = try repository.git()("log", "-1", "-p", "--format=", "--", "edits/*/edit.json")
      .output
    #expect(manifest.contains("\"context_groups\": [21]"))
    #expect(!manifest.contains("same_subject"))
  }
}
