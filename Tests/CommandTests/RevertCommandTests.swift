import Checkpoint
import Editing
import Files
import Store
import TestSupport
import Testing

@Suite struct RevertCommandTests {
  @Test("takes a commit's edit out, wherever it lies, and says so")
  func revert() throws {
    let scene = try Scene()
    let lines = try scene.lines("revert", "HEAD~1")
    #expect(lines[0] == "[main \(try scene.short("HEAD"))] Revert \"One\"")
    #expect(lines[1] == "  0 edits added, 1 taken out; tree \(try scene.short("HEAD^{tree}"))")
    #expect(try scene.lines("facts").allSatisfy { $0.contains("Kyiv") || $0.contains("Graz") })
    let document = try scene.repository.document("revert", "HEAD")
    #expect(document["commits"]?.array?.first?["added"]?.array?.count == 1)
    #expect(try scene.lines("facts").count == 4)
  }

  @Test("what was taken out already, and the beginning, are refused")
  func refused() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("revert", "HEAD")
    try expectRefusal(scene.repository, ["revert", "HEAD~1"], 1, ["the edit is not active here"])
    try expectRefusal(
      scene.repository, ["revert", "HEAD~2"], 2, ["changes nothing against another"])
    try expectRefusal(
      scene.repository, ["revert", "HEAD~1", "--fact", "Oslo", "--stats", scene.model.kit.moments],
      1,
      ["no edit that is active now"])
  }

  @Test(
    "several commits, and a range from its latest on, are taken back one by one; what was before one that cannot be stays"
  )
  func several() throws {
    let scene = try Scene()
    let (before, tree) = (try scene.id("HEAD~2^{tree}"), try scene.repository.tree())
    let lines = try scene.lines("revert", "HEAD~2..HEAD")
    #expect(lines.count == 4)
    #expect(lines[0].hasSuffix("] Revert \"Two\"") && lines[2].hasSuffix("] Revert \"One\""))
    #expect(try scene.repository.tree() == before)
    try scene.repository("revert", "HEAD", "HEAD~1")
    #expect(try scene.repository.tree() == tree)
    let outcome = try scene.repository.emend.run(["revert", "HEAD~4", "HEAD~4"])
    #expect(outcome.ending == .exit(1))
    #expect(outcome.outputText.contains("] Revert \"Two\"\n"))
    #expect(outcome.errorText.contains("the edit is not active here"))
    // For a program, one document has both: what was made, and why it went no further.
    try scene.repository("revert", "HEAD")
    let stopped = try scene.repository.emend.run(["revert", "--json", "HEAD~6", "HEAD~6"])
    #expect(stopped.ending == .exit(1))
    let document = try JSONValue(parsing: stopped.output, file: "output")
    #expect(document["schema_version"]?.integer == 2)
    #expect(
      document["data"]?["commits"]?.array?.map { $0["commit"]?.string } == [try scene.id("HEAD")])
    #expect(document["error"]?["summary"]?.string?.contains("the edit is not active here") == true)
    try expectRefusal(
      scene.repository, ["revert", "HEAD..HEAD~1"], 2, ["there are no commits in this"])
    try expectRefusal(
      scene.repository, ["revert", "HEAD", "HEAD~1", "--fact", "Oslo"], 2, ["one commit"])
  }

  @Test("--fact takes out one fact: its prompt gets its old answer back, the others hold")
  func oneFact() throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(.fictional, in: directory)
    let facts = try FactsFile(path: Fixture.path("fictional/facts.json")).cases[0..<8].map(\.fact)
    let file = try directory.write(FactLines.encode(facts.map { FactCase($0) }), to: "facts.jsonl")
    try repository.commit(file)
    let tree = try repository.tree()
    let stored = try targets(of: repository, facts: 8)
    func answers() throws -> [String] {
      let document = try repository.document(
        ["generate", "--tokens", "4"] + facts.map(\.filledPrompt))
      return document["answers"]?.array?.compactMap { $0["continuation"]?.string } ?? []
    }
    let edited = try answers()
    for (fact, answer) in zip(facts, edited) {
      #expect(answer.hasPrefix(" " + fact.targetNew), "\(fact)")
    }

    // What was optimised is also in the cache; without that, an optimisation would put it there again.
    let cache = repository.gitDirectory + "/emend/cache"
    #expect(try contents(of: cache).keys.contains { $0.hasPrefix("/target/") })
    try removeTree(cache)
    let document = try repository.document(
      "revert", "HEAD", "--fact", "  \(facts[2].subject) ", "--stats", repository.kit.moments)
    #expect(document["commits"]?.array?.first?["added"]?.array?.count == 1)
    #expect(document["commits"]?.array?.first?["dropped"]?.array?.count == 1)
    #expect(try repository.tree() != tree)
    let after = try answers()
    for (index, fact) in facts.enumerated() {
      let expected = index == 2 ? try #require(fact.targetTrue) : fact.targetNew
      #expect(after[index].hasPrefix(" " + expected), "\(fact): \(after[index])")
    }
    #expect(try repository.document("facts")["facts"]?.array?.count == 7)
    // Nothing was optimised: the targets are the stored ones, without that of the fact that went.
    #expect(try fileKind(at: cache + "/target") == nil)
    var left = stored
    left.remove(at: 2)
    #expect(try targets(of: repository, facts: 7) == left)
    // The edit that had the fact is no longer active; another one stands in its place.
    try expectRefusal(
      repository,
      ["revert", "HEAD~1", "--fact", facts[2].subject, "--stats", repository.kit.moments], 1,
      ["no edit that is active now"])
    try repository("undo")
    #expect(try repository.tree() == tree)
  }

  /// The stored targets of the only edit, in its facts' order.
  private func targets(of repository: UserRepository, facts count: Int) throws -> [[Float]] {
    let opened = try EditRepository(
      opening: RepositoryLocation(gitDirectory: repository.gitDirectory),
      GitEnvironment(variables: CleanEnvironment.variables(home: repository.directory.path)))
    let stack = try opened.stack(at: opened.head().commit)
    let edit = try stack.edit(#require(stack.edits.first))
    let bytes = try #require(try edit.targets())
    return try TargetArchive.decode(bytes, width: 160, count: count)
  }

  @Test("--fact of all facts leaves the tree without the edit; of none is refused")
  func allFacts() throws {
    let scene = try Scene()
    let without = try scene.id("HEAD~1^{tree}")
    try scene.repository(
      "revert", "HEAD", "--fact", "Kyiv", "--fact", "Graz", "--stats", scene.model.kit.moments)
    #expect(try scene.repository.tree() == without)
    try expectRefusal(
      scene.repository,
      ["revert", "HEAD~2", "--fact", "Atlantis", "--stats", scene.model.kit.moments], 2,
      ["the commit has no facts about this", "Atlantis"])
    // Nor is a part of what was asked for done.
    try expectRefusal(
      scene.repository,
      [
        "revert", "HEAD~2", "--fact", "Oslo", "--fact", "Atlantis", "--stats",
        scene.model.kit.moments,
      ], 2, ["the commit has no facts about this", "Atlantis"])
  }
}
