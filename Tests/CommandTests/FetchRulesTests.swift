import Checkpoint
import TestSupport
import Testing

/// `remote.NAME.fetch` means to `emend fetch` what it means to `git fetch`, or is refused.
@Suite("Rules of a remote")
struct FetchRulesTests {
  private let scene: SharedScene
  private let hub: ReferenceGit
  private let work: ReferenceGit

  init() throws {
    scene = try SharedScene()
    try scene("work", "push", "origin", "main")
    (hub, work) = (
      try ReferenceGit(scene.hub), try ReferenceGit(scene.directory["work/.emend"])
    )
    for branch in ["side", "team/a", "team/b", "tmp"] { try hub("branch", branch, "main~1") }
    try hub("tag", "one", "main~2")
  }

  private func set(_ rules: [String], in git: ReferenceGit) throws {
    _ = try git.run(["config", "--unset-all", "remote.origin.fetch"])
    for rule in rules { try git("config", "--add", "remote.origin.fetch", rule) }
  }

  private func seen(_ git: ReferenceGit) throws -> [String] {
    try git("for-each-ref", "--format=%(refname) %(objectname)", "refs/remotes").lines
      .filter { !$0.contains("/HEAD ") }
  }

  @Test(
    "branches come as with git fetch, forced and pruned where git does it",
    arguments: [
      ["+refs/heads/main:refs/remotes/origin/main"],
      ["+refs/heads/side:refs/remotes/origin/side", "+refs/heads/tmp:refs/remotes/origin/tmp"],
      ["+refs/heads/team/*:refs/remotes/origin/team/*"], ["+refs/heads/t*:refs/remotes/origin/t*"],
      ["refs/heads/*:refs/remotes/origin/*"],
      ["+refs/heads/*:refs/remotes/origin/*", "^refs/heads/team/*", "^refs/heads/tmp"],
      ["+refs/heads/*:refs/remotes/origin/*", "+refs/notes/*:refs/notes/*"],
    ])
  func branches(rules: [String]) throws {
    let mirror = scene.directory["plain.git"]
    try ReferenceGit()("init", "--quiet", "--bare", mirror)
    let git = try ReferenceGit(mirror)
    try git("config", "remote.origin.url", scene.hub)
    for repository in [git, work] { try set(rules, in: repository) }
    try scene("work", "branch", "--force", "gone")
    _ = try work.run(["update-ref", "-d", "refs/remotes/origin/main"])
    try git("fetch", "--quiet", "origin")
    try scene("work", "fetch")
    let first = try seen(git)
    #expect(try !first.isEmpty && seen(work) == first)
    // A branch that goes back, one that goes on, one that is gone.
    try hub("branch", "--force", "side", "main~2")
    try hub("branch", "--force", "tmp", "main")
    try hub("branch", "-D", "team/b")
    let (theirs, ours) = (
      try git.run(["fetch", "--quiet", "--prune", "origin"]),
      try scene.emend(in: "work").run(["fetch", "--prune"])
    )
    #expect((theirs.status == 0) == (ours.ending == .exit(0)), "\(theirs.errors)\(ours.errorText)")
    #expect(try seen(work) == seen(git))
  }

  @Test(
    "a named branch, and what a pull merges, come beside; tags by a rule",
    arguments: TransferTests.transports)
  func beside(transport: String) throws {
    try set(["+refs/heads/tmp:refs/remotes/origin/tmp"], in: work)
    try work("config", "branch.main.remote", "origin")
    try work("config", "branch.main.merge", "refs/heads/main")
    _ = try work.run(["update-ref", "-d", "refs/remotes/origin/main"])
    try work("config", "emend.transport", transport)
    func names() throws -> [String] { try seen(work).map { String($0.dropLast(41)) } }
    try scene("work", "fetch", "origin", "team/a")
    #expect(try names() == ["refs/remotes/origin/team/a"])
    try scene("work", "pull")
    #expect(
      try names() == ["main", "team/a", "tmp"].map { "refs/remotes/origin/" + $0 })
    try hub("commit-tree", "-m", "Aside", "main^{tree}")
    let aside = try hub("commit-tree", "-m", "Aside", "main^{tree}").lines[0]
    try hub("update-ref", "refs/tags/aside", aside)
    try scene("work", "fetch")
    #expect(try work.run(["rev-parse", "--verify", "aside"]).status != 0)
    try work("config", "--add", "remote.origin.fetch", "refs/tags/*:refs/tags/*")
    try scene("work", "fetch")
    #expect(try work("rev-parse", "aside").lines == [aside])
    #expect(try names().count == 3)
  }

  @Test(
    "what cannot be followed is refused by name; naming a branch goes round it",
    arguments: [
      "+refs/*:refs/*", "+refs/heads/*:refs/heads/*", "refs/heads/main",
      "main:refs/remotes/origin/main",
      "+refs/pull/*/head:refs/remotes/origin/pr/*", "+refs/heads/*:refs/remotes/other/*",
      "+refs/heads/main:refs/remotes/origin/trunk", "+refs/heads/*:refs/remotes/origin/their-*",
      "^main",
    ])
  func refused(rule: String) throws {
    try set(["+refs/heads/main:refs/remotes/origin/main", rule], in: work)
    try expectRefusal(scene.repository, ["fetch"], 2, ["remote.origin.fetch", rule])
    try scene("work", "fetch", "origin", "side")
  }

  @Test("a branch that a rule names must be there, as with git fetch")
  func missing() throws {
    try set(["+refs/heads/nowhere:refs/remotes/origin/nowhere"], in: work)
    try expectRefusal(scene.repository, ["fetch"], 2, ["nowhere"])
  }
}
