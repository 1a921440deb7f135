import Checkpoint
import TestSupport
import Testing

@Suite struct BranchCommandTests {
  @Test("lists, makes, renames and deletes")
  func branches() throws {
    let scene = try Scene()
    let (one, two) = (try scene.short("HEAD~1"), try scene.short("HEAD"))
    #expect(try scene.lines("branch") == ["* main \(two)"])
    #expect(try scene.lines("branch", "old", "HEAD~1") == ["* main \(two)", "  old \(one)"])
    #expect(
      try scene.lines("branch", "--move", "old", "older") == ["* main \(two)", "  older \(one)"])
    #expect(try scene.lines("branch", "--delete", "older") == ["* main \(two)"])
    let branches = try scene.repository.document("branch")["branches"]?.array ?? []
    #expect(branches.map { $0["name"]?.string } == ["main"])
    #expect(branches[0]["current"] == .bool(true))
  }

  @Test("composed and decomposed letters make two names, as in Git")
  func letters() throws {
    let scene = try Scene()
    let git = try scene.repository.git()
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    for name in [composed, decomposed] { try git("branch", name, "HEAD~1") }
    try scene.repository("switch", composed)
    try scene.repository("switch", decomposed)
    let head = try git("symbolic-ref", "HEAD").lines[0]
    #expect(head.utf8.elementsEqual("refs/heads/\(decomposed)".utf8))
    #expect(try scene.lines("branch").filter { $0.hasPrefix("* ") }.count == 1)
    #expect(try scene.lines("log", "--oneline", "-n", "1")[0].contains("HEAD -> \(decomposed)"))
    try expectRefusal(scene.repository, ["branch", "-m", composed, decomposed], 1, [decomposed])
    try scene.repository("branch", "-d", composed)
    #expect(try git("branch", "--format=%(refname:short)").lines == [decomposed, "main"])
  }

  @Test("what a branch follows goes with its name, and goes when it does")
  func upstream() throws {
    let scene = try SharedScene(commits: 0)
    let git = try scene.repository.git()
    func settings() throws -> [String] {
      try git.run(["config", "--get-regexp", "^branch\\."]).lines
    }
    try scene("work", "push", "-u")
    try git("config", "branch.main.x.remote", "of another branch")
    let before = try settings()
    try scene("work", "branch", "-m", "main", "trunk")
    #expect(
      try Set(settings()) == [
        "branch.trunk.remote origin", "branch.trunk.merge refs/heads/main",
        "branch.main.x.remote of another branch",
      ])
    try scene("work", "undo")
    #expect(try Set(settings()) == Set(before))
    try scene("work", "redo")
    #expect(try scene("work", "pull").outputText.contains("up to date"))
    #expect(try scene("work", "branch").outputText.split(separator: "\n").count == 1)
    #expect(try scene("work", "branch", "--all").outputText.contains("  origin/main "))
    try scene("work", "switch", "--create", "other")
    try scene("work", "branch", "-d", "trunk")
    #expect(try settings() == ["branch.main.x.remote of another branch"])
  }

  @Test("what would lose commits, or the branch one is on, is refused")
  func refused() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side")
    try scene.repository.commit(scene.model.second)
    try scene.repository("switch", "main")
    try expectRefusal(
      scene.repository, ["branch", "--delete", "side"], 1,
      ["commits that HEAD does not have", "-D"])
    try expectRefusal(scene.repository, ["branch", "-D", "main"], 1, ["HEAD is on this branch"])
    try expectRefusal(
      scene.repository, ["branch", "side"], 1, ["there is a branch of this name already"])
    try expectRefusal(scene.repository, ["branch", "a..b"], 2, ["Git does not allow this name"])
    try expectRefusal(scene.repository, ["branch", "-d", "sdie"], 2, ["no such branch", "side"])
    try scene.repository("branch", "-D", "side")
  }

  @Test("a branch's log goes with its name, there and back, and a copy has it too: as with git")
  func log() throws {
    let scene = try Scene()
    let git = try scene.repository.git()
    func log(of branch: String) throws -> [String] {
      try git("reflog", "show", "--format=%H", branch).lines
    }
    let before = try log(of: "main")
    let head = try scene.id("HEAD")
    try #require(before.count == 3)
    try scene.repository("branch", "-m", "main", "trunk")
    #expect(try log(of: "trunk") == [head] + before)
    #expect(try scene.id("trunk@{3}") == before[2])
    try scene.repository("branch", "-c", "trunk", "copy")
    #expect(try log(of: "copy") == [head, head] + before)
    // A name below the old one.
    try scene.repository("branch", "-m", "copy", "copy/of")
    #expect(try log(of: "copy/of") == [head, head, head] + before)
    for _ in 0..<3 { try scene.repository("undo") }
    #expect(try log(of: "main") == [head, head] + before)
    #expect(try git.complaints().filter { !$0.isWhitespace }.isEmpty)
    // The ids of each line go on where those of the line before ended.
    let lines = try git("log", "-g", "--format=%gs", "main").lines
    #expect(lines[1].hasPrefix("Branch: renamed refs/heads/main to refs/heads/trunk"), "\(lines)")
  }

  @Test(
    "a branch made at a remote's follows it, unless branch.autoSetupMerge says otherwise: as with git"
  )
  func beginsAtRemote() throws {
    let scene = try SharedScene(commits: 1)
    let git = try scene.repository.git()
    try scene("work", "push")
    func upstream(_ branch: String) throws -> [String] {
      try git.run(["config", "branch.\(branch).merge"]).lines
        + git.run(["config", "branch.\(branch).remote"]).lines
    }
    let follows = ["refs/heads/main", "origin"]
    try scene("work", "branch", "one", "origin/main")
    #expect(try upstream("one") == follows)
    try scene("work", "switch", "-c", "two", "remotes/origin/main")
    #expect(try upstream("two") == follows)
    #expect(try scene("work", "pull").outputText.contains("already up to date"))
    try git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    try scene("work", "branch", "three", "origin/HEAD")
    #expect(try upstream("three") == follows)
    // What is no branch of a remote, and what is a branch here.
    try scene("work", "branch", "origin/here")
    for (name, start) in [("a", "origin/main~1"), ("b", "main"), ("c", "origin/here")] {
      try scene("work", "branch", name, start)
      #expect(try upstream(name).isEmpty)
    }
    for rule in ["false", "simple"] {
      try git("config", "branch.autoSetupMerge", rule)
      try scene("work", "branch", rule, "origin/main")
      #expect(try upstream(rule).isEmpty)
    }
  }
}
