import Checkpoint
import Files
import TestSupport
import Testing

@Suite struct MoveToBaseTests {
  /// The base with other facts edited into it, as a checkpoint of its own.
  private func newer(_ scene: Scene) throws -> String {
    let other = try UserRepository(scene.model.kit, in: TemporaryDirectory())
    let facts = try scene.directory.write(TinyModel.facts([("Riga", "Pisa")]), to: "other.jsonl")
    try other.commit(facts)
    try other(["apply", "--output", scene.directory["newer"]])
    return scene.directory["newer"]
  }

  @Test(
    "a stack is solved on a newer checkpoint, which is its base from then on; undo takes it back")
  func moves() throws {
    let scene = try Scene()
    let stats = ["--stats", scene.model.kit.moments]
    let tree = try scene.repository.tree()
    let old = try scene.repository.document("status")
    let digest = try scene.repository.document("apply", "--output", scene.directory["before"])
    let newer = try newer(scene)
    let document = try scene.repository.document(["resolve", "--onto-base", newer] + stats)
    #expect(document["changes"]?.array?.count == 2)
    let new = try scene.repository.document("status")
    #expect(new["fingerprint"]?.string == document["new_base"]?.string)
    #expect(new["fingerprint"] != old["fingerprint"])
    #expect(new["base_path"]?.string == newer && new["base_state"]?.string == "present")
    #expect(new["facts"]?.integer == 4)
    #expect(try scene.repository("fsck").outputText.hasPrefix("sound"))
    #expect(
      try scene.lines("log", "-n", "1", "--oneline")[0].hasSuffix("Move 2 edits to another base"))
    try scene.repository("apply", "--output", scene.directory["moved"])
    // The old revision is compared with its own base, and the move itself is a difference.
    let moved = try scene.repository.document("diff", "HEAD~1", "HEAD")
    #expect(
      moved["bases"]?.array?.compactMap(\.string)
        == [old["fingerprint"], document["new_base"]].compactMap { $0?.string })
    func before(_ evaluation: JSONValue) -> [JSONValue?]? {
      evaluation["metrics"]?.array?.map { $0["before"] }
    }
    let asked = try scene.repository.document("eval", scene.model.first, "--at", "HEAD~1")
    let plain = try UserRepository(scene.model.kit, in: TemporaryDirectory())
      .document("eval", scene.model.first, "--at", "HEAD")
    #expect(before(asked) == before(plain) && before(asked)?.isEmpty == false)
    // More edits are made there, and an older revision is still that of the old base.
    try scene.repository.commit(scene.model.clash, message: "Three")
    let again = try scene.repository.document(
      "apply", "HEAD~2", "--output", scene.directory["again"])
    #expect(again["fingerprint"] == digest["fingerprint"])
    try scene.repository("undo")
    try scene.repository("undo")
    #expect(try scene.repository.tree() == tree)
    let back = try scene.repository.document("status")
    #expect(back["base_path"] == old["base_path"] && back["base_state"]?.string == "present")
    let after = try scene.repository.document("apply", "--output", scene.directory["after"])
    #expect(after["fingerprint"] == digest["fingerprint"])
  }

  @Test("an adapter is for the base of its own revision, and none leads from one base to another")
  func adapter() throws {
    let scene = try Scene()
    let newer = try newer(scene)
    try scene.repository([
      "resolve", "--onto-base", newer, "--stats", scene.model.kit.moments,
    ])
    let before = try scene.repository.document(
      "apply", "HEAD~1", "--adapter", scene.directory["adapter"])
    // HEAD's base is no longer there, which is not asked for.
    try removeTree(newer)
    let after = try scene.repository.document(
      "apply", "HEAD~1", "--adapter", scene.directory["again"])
    #expect(after["modules"] == before["modules"] && before["modules"]?.array?.isEmpty == false)
    try expectRefusal(
      scene.repository, ["apply", "HEAD~1..HEAD", "--adapter", "out"], 2,
      ["the two ends of the range are for different bases"])
    // A branch that stayed behind only moves, which needs no base at all.
    try scene.repository("switch", "--create", "behind", "HEAD~1")
    #expect(try scene.repository("merge", "main").ending == .exit(0))
    #expect(try scene.id("behind") == scene.id("main"))
    try scene.repository("undo")
    #expect(try scene.id("behind") == scene.id("main~1"))
  }

  @Test("how commits of the old base disturb each other is measured with its own tokenizer")
  func interference() throws {
    let scene = try Scene()
    let newer = try newer(scene)
    try TinyModel.join([("l", "o"), ("r", "n"), ("a", "z"), ("i", "v")], in: newer)
    let before = try scene.repository.document("diff", "HEAD~1", "HEAD", "--interference")
    #expect(before["interference"]?["pairs"]?.array?.count == 2)
    try scene.repository(["resolve", "--onto-base", newer, "--stats", scene.model.kit.moments])
    let after = try scene.repository.document("diff", "HEAD~2", "HEAD~1", "--interference")
    #expect(after["interference"] == before["interference"])
  }

  @Test("in a clone, the places of the old base and of the new one can be said")
  func bothBases() throws {
    let scene = try Scene(commits: 1)
    let newer = try newer(scene)
    let digest = try scene.repository.fingerprint()
    try scene.repository(["resolve", "--onto-base", newer, "--stats", scene.model.kit.moments])
    try ReferenceGit()(
      "clone", "--quiet", "--bare", scene.repository.gitDirectory, scene.directory["copy/.emend"])
    let copy = EmendProcess(in: scene.directory["copy"])
    for base in [newer, scene.model.kit.base] {
      let outcome = try copy.run(["base", "set", base])
      #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
    }
    for revision in ["HEAD", "HEAD~1"] {
      let outcome = try copy.run(["apply", revision, "--dry-run"])
      #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
      #expect(outcome.outputText.contains(digest) == (revision == "HEAD~1"))
    }
    #expect(try copy.run(["base", "set", scene.directory["nowhere"]]).ending == .exit(2))
  }

  @Test("what a user who imported something has is carried over")
  func imported() throws {
    let scene = try Scene(commits: 1)
    let newer = try newer(scene)
    try scene.repository("import", newer, "-m", "Imported")
    let third = try UserRepository(scene.model.kit, in: TemporaryDirectory())
    try third.commit(scene.model.second)
    try third(["apply", "--output", scene.directory["third"]])
    let document = try scene.repository.document([
      "resolve", "--onto-base", scene.directory["third"], "--stats", scene.model.kit.moments,
    ])
    #expect(document["kept"]?.array?.count == 1)
    #expect(document["changes"]?.array?.count == 1)
    let status = try scene.repository.document("status")
    #expect(status["edits"]?.integer == 2)
    // On another base the import is what it is there: as directions, not bit for bit.
    let kept = try #require(document["kept"]?.array?.first?.string)
    let edits = try scene.repository.git()(
      "ls-tree", "-r", "--name-only", "HEAD", "edits"
    ).lines.filter { $0.hasSuffix("edit.json") && !$0.contains(kept) }
    let manifests = try edits.map { try scene.repository.git()("show", "HEAD:" + $0).output }
    #expect(manifests.count == 2 && !manifests.contains { $0.contains("\"exact\"") })
    #expect(try scene.repository("fsck").outputText.hasPrefix("sound"))
  }

  @Test("the base that is there, another architecture and no checkpoint are refused by name")
  func refused() throws {
    let scene = try Scene(commits: 1)
    let stats = ["--stats", scene.model.kit.moments]
    try expectRefusal(
      scene.repository, ["resolve", "--onto-base", scene.model.kit.base] + stats, 2,
      ["start from this base already"])
    let directory = try TemporaryDirectory()
    let other = try TinyModel(.mistral, in: directory)
    try expectRefusal(
      scene.repository, ["resolve", "--onto-base", other.kit.base] + stats, 2,
      ["of another architecture", "model_type", "mistral", "gptj"])
    try expectRefusal(
      scene.repository, ["resolve", "--onto-base", directory["nowhere"]] + stats, 2, ["nowhere"])
    #expect(
      try scene.repository.emend.run(["resolve", "--all", "--onto-base", "x"]).ending == .exit(2))
  }
}
