import TestSupport
import Testing

/// `HEAD` of a bare repository names a branch from the start, also one that nobody ever pushes.
@Suite("HEAD on a branch that has no commit")
struct UnbornHeadTests {
  private let scene: Scene
  private let git: ReferenceGit

  init() throws {
    scene = try Scene(commits: 1)
    try scene.repository("branch", "side")
    git = try scene.repository.git()
    try git("symbolic-ref", "HEAD", "refs/heads/new")
  }

  @Test(
    "there is a way out, and back",
    arguments: [
      ["switch", "main"], ["switch", "--create", "new", "main"], ["switch", "--detach", "main"],
      ["switch", "--create", "other", "main"], ["reset", "main"],
    ])
  func out(arguments: [String]) throws {
    try scene.repository(arguments)
    #expect(try scene.id("HEAD") == scene.id("main"))
    #expect(try git.complaints() == "")
    try scene.repository("undo")
    #expect(try git("symbolic-ref", "HEAD").lines == ["refs/heads/new"])
    #expect(try git.run(["rev-parse", "--verify", "--quiet", "HEAD"]).status != 0)
    try scene.repository("redo")
    #expect(try scene.id("HEAD") == scene.id("main"))
  }

  @Test(
    "what needs no HEAD goes on",
    arguments: [
      ["log", "main"], ["log", "--all", "--graph"], ["show", "main"], ["branch"], ["tag"],
      ["fsck"], ["gc"], ["op", "log"], ["branch", "-D", "side"], ["branch", "-m", "side", "aside"],
      ["branch", "new", "main"], ["diff", "main~1", "main"],
    ])
  func goesOn(arguments: [String]) throws { try scene.repository(arguments) }

  @Test(
    "what needs it says why there is none",
    arguments: [
      ["log"], ["status"], ["show"], ["revert", "HEAD"], ["branch", "-d", "side"], ["branch", "x"],
      ["merge", "main"],
    ])
  func refused(arguments: [String]) throws {
    try expectRefusal(
      scene.repository, arguments, 1,
      ["HEAD is on a branch that has no commit", "new", "main, side", "emend switch"])
  }
}
