import Checkpoint
import TestSupport
import Testing

@Suite struct MergeCommandTests {
  /// "One" on `main`, another commit on `side`, both on the base.
  private func forked(_ file: KeyPath<TinyModel, String>) throws -> Scene {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side", "HEAD~1")
    try scene.repository.commit(scene.model[keyPath: file], message: "Side")
    return scene
  }

  @Test("without conflict, one into the other and the other into the one give one tree")
  func union() throws {
    let scene = try forked(\.second)
    let lines = try scene.lines("merge", "main")
    #expect(lines[0].hasSuffix("] Merge main into side"))
    #expect(lines[1].hasPrefix("  1 edit added, 0 taken out; "))
    let tree = try scene.repository.tree()
    try scene.repository("switch", "main")
    let document = try scene.repository.document("merge", "side~1", "-m", "Together")
    #expect(document["commits"]?.array?.first?["summary"]?.string == "Together")
    #expect(try scene.repository.tree() == tree)
    #expect(
      try scene.repository.git()("rev-list", "--parents", "-1", "HEAD").lines[0].split(
        separator: " "
      ).count == 3)
    #expect(try scene.lines("merge", "side~1") == ["already up to date"])
  }

  @Test("a conflict is refused and told; --ours and --theirs say which fact stays")
  func conflict() throws {
    let scene = try forked(\.clash)
    try expectRefusal(
      scene.repository, ["merge", "main"], 1,
      [
        "the two sides contradict each other", "Oslo is in: ours 'Bonn', theirs 'Rome'",
        "--ours or --theirs",
      ])
    let stats = ["--stats", scene.model.kit.moments]
    try scene.repository(["merge", "main", "--ours"] + stats)
    func objects() throws -> Set<String> {
      let facts = try scene.repository.document("facts")["facts"]?.array ?? []
      return Set(facts.compactMap { $0["fact"]?["target_new"]?.string })
    }
    #expect(try objects() == ["Bonn", "Lima"])
    try scene.repository("undo")
    try scene.repository(["merge", "main", "--theirs"] + stats)
    #expect(try objects() == ["Rome", "Lima"])
    #expect(try scene.repository("fsck").outputText.hasPrefix("sound"))
  }

  @Test("both at once is misuse")
  func both() throws {
    let scene = try forked(\.second)
    #expect(
      try scene.repository.emend.run(["merge", "main", "--ours", "--theirs"]).ending == .exit(2))
  }
}
