import Checkpoint
import TestSupport
import Testing

@Suite struct PullCommandTests {
  /// Two clones, each with a commit that the other has not; both say something about Kyiv.
  private func diverged() throws -> SharedScene {
    let scene = try SharedScene(commits: 1)
    try scene("work", "push", "-u")
    try scene.clone(to: "copy")
    try scene.commit(scene.model.second, in: "work", message: "Two")
    try scene("work", "push")
    let other = try scene.directory.write(TinyModel.facts([("Kyiv", "Nice")]), to: "other.jsonl")
    try scene.commit(other, in: "copy", message: "Other")
    return scene
  }

  @Test("a conflict is refused after what came was told; what the hint says resolves it")
  func conflict() throws {
    let scene = try diverged()
    let before = try scene.head("copy")
    let refused = try scene.emend(in: "copy").run(["pull"])
    #expect(refused.ending == .exit(1))
    #expect(refused.outputText.contains("1 commit") && refused.outputText.contains("origin/main"))
    #expect(refused.errorText.contains("'emend merge origin/main --conflicts > FILE'"))
    #expect(try scene.head("copy") == before)

    let conflicts = try scene.emend(in: "copy").run(["merge", "origin/main", "--conflicts"])
    let file = try scene.directory.write(
      conflicts.outputText.replacing(#""keep":"""#, with: #""keep":"theirs""#), to: "kept.jsonl")
    try scene(
      "copy", "pull", "--resolve", file, "--stats", scene.model.kit.moments, "-m", "Joined", "-m",
      "By hand")
    let git = try ReferenceGit(scene.directory["copy/.emend"])
    #expect(try git("log", "-1", "--format=%B").output.hasPrefix("Joined\n\nBy hand\n"))
    #expect(try scene("copy", "facts", "--grep", "Kyiv").outputText.contains("Cork"))
    // An address leaves no name for what came.
    try scene("copy", "undo")
    let address = scene.host.address("hub.git")
    let named = try scene.emend(in: "copy").run(["pull", address, "main"])
    let commit = try scene.head("work")
    #expect(named.errorText.contains("'emend merge \(commit) --conflicts > FILE'"))
  }

  @Test("--require and --no-sign are the merge's")
  func options() throws {
    let scene = try diverged()
    let theirs = ["pull", "--theirs", "--stats", scene.model.kit.moments]
    let gated = try scene.emend(in: "copy").run(theirs + ["--require", "facts>=50"])
    #expect(gated.ending == .exit(1))
    #expect(gated.errorText.contains("--require") && gated.errorText.contains("wanted >=50"))
    let git = try ReferenceGit(scene.directory["copy/.emend"])
    try git("config", "commit.gpgSign", "true")
    try git("config", "gpg.program", "/nonexistent/gpg")
    #expect(try scene.emend(in: "copy").run(theirs).ending == .exit(1))
    #expect(try scene.emend(in: "copy").run(theirs + ["--no-sign"]).ending == .exit(0))
    #expect(try git("rev-list", "--count", "--min-parents=2", "HEAD").lines == ["1"])
  }

  @Test("pull.ff = only holds as --ff-only does, and the hint leads on")
  func configuredRule() throws {
    let scene = try diverged()
    try ReferenceGit(scene.directory["copy/.emend"])("config", "pull.ff", "only")
    let before = try scene.head("copy")
    let refused = try scene.emend(in: "copy").run(["pull", "--theirs"])
    #expect(refused.ending == .exit(1))
    #expect(refused.errorText.contains("`emend merge --ff origin/main`"), "\(refused.errorText)")
    #expect(try scene.head("copy") == before)
  }

  @Test(
    "merge.ff = only holds for merge, and for pull where pull.ff says nothing; --ff goes over it")
  func configuredMerge() throws {
    let scene = try diverged()
    let git = try ReferenceGit(scene.directory["copy/.emend"])
    let before = try scene.head("copy")
    func refused(_ arguments: String...) throws {
      let outcome = try scene.emend(in: "copy").run(arguments)
      #expect(outcome.ending == .exit(1), "\(arguments): \(outcome.outputText)")
      #expect(outcome.errorText.contains("both sides have commits"), "\(outcome.errorText)")
      #expect(try scene.head("copy") == before)
    }
    try scene("copy", "fetch")
    try refused("merge", "origin/main", "--ff-only")
    try git("config", "merge.ff", "only")
    try refused("merge", "origin/main", "--theirs")
    try refused("pull", "--theirs")
    let stats = scene.model.kit.moments
    try scene("copy", "merge", "origin/main", "--ff", "--theirs", "--stats", stats)
    try scene("copy", "undo")
    try git("config", "pull.ff", "true")
    try scene("copy", "pull", "--theirs", "--stats", stats)
    // Forward is always allowed.
    try scene("copy", "switch", "--create", "behind", before)
    try scene("copy", "merge", "main", "--ff-only")
    #expect(try scene.head("copy") == scene.head("copy", "main"))
  }
}
