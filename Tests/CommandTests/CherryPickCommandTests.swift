import Checkpoint
import TestSupport
import Testing

@Suite struct CherryPickCommandTests {
  @Test("takes the same edits, one or a range, in the order of their history")
  func pick() throws {
    let scene = try Scene()
    let tree = try scene.repository.tree()
    try scene.repository("switch", "--create", "side", "HEAD~2")
    try expectRefusal(
      scene.repository, ["cherry-pick", "main..side"], 2, ["there are no commits in this"])
    let lines = try scene.lines("cherry-pick", "main~2..main")
    #expect(lines.count == 4)
    #expect(lines[0].hasSuffix("] One") && lines[2].hasSuffix("] Two"))
    #expect(try scene.repository.tree() == tree)
    let commits = try scene.repository.document("log", "side", "-n", "2")["commits"]?.array ?? []
    #expect(commits.compactMap { $0["message"]?.string?.hasPrefix("Two") } == [true, false])
  }

  @Test("what was picked before one that cannot be stays, and is shown")
  func partly() throws {
    let scene = try Scene()
    try scene.repository("switch", "--create", "side", "HEAD~2")
    try scene.repository("cherry-pick", "main")
    let outcome = try scene.repository.emend.run(["cherry-pick", "main~1", "main"])
    #expect(outcome.ending == .exit(1))
    #expect(outcome.outputText.contains("] One\n"))
    #expect(outcome.errorText.contains("the edit is active already"))
    #expect(try scene.lines("log", "-n", "1", "--oneline")[0].hasSuffix(" One"))
    try expectRefusal(
      scene.repository, ["cherry-pick", "main~2"], 2, ["changes nothing against another one"])
  }

  @Test("active facts to which a picked edit gives another object are named")
  func contradictions() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side", "HEAD~1")
    try scene.repository.commit(scene.model.clash, message: "Clash")
    try scene.repository("switch", "main")
    let lines = try scene.lines("cherry-pick", "side")
    #expect(
      lines.contains("  active facts that say something else, and stay below this edit:")
        && lines.contains { $0.hasPrefix("    Oslo is in → Rome") })
    try scene.repository("undo")
    let document = try scene.repository.document("cherry-pick", "side")
    let facts = document["commits"]?.array?.first?["contradicted"]?.array
    #expect(facts?.compactMap { $0["target_new"]?.string } == ["Rome"])
  }

  @Test("an edit that is active already is refused")
  func active() throws {
    let scene = try Scene(commits: 1)
    try expectRefusal(scene.repository, ["cherry-pick", "HEAD"], 1, ["the edit is active already"])
  }
}
