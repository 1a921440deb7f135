import Checkpoint
import Files
import Foundation
import Store
import TestSupport
import Testing

/// Git's settings and states that several people's work depends on.
@Suite("Git's settings")
struct GitSettingsTests {
  /// Summer time from March to October, whatever zones the machine knows.
  private static let berlin = "CET-1CEST,M3.5.0,M10.5.0/3"

  @Test("a branch that a linked working tree is on stays where it is")
  func linkedWorktree() throws {
    let scene = try Scene(commits: 1)
    let git = try scene.repository.git()
    let tree = scene.directory["tree"]
    try git("worktree", "add", "--quiet", tree, "main")
    let before = try scene.id("main")
    for arguments in [
      scene.repository.commitArguments(scene.model.second), ["reset", "HEAD~1"], ["undo"],
      ["branch", "-m", "trunk"],
    ] {
      try expectRefusal(
        scene.repository, arguments, 1, ["a linked working tree is on the branch", tree])
      #expect(try scene.id("main") == before, "\(arguments)")
    }
    try scene.repository("branch", "other")
    try ReferenceGit()("-C", tree, "switch", "--quiet", "--detach")
    try scene.repository.commit(scene.model.second, message: "Two")
    // One that was removed without a word to git has nothing that could fall behind.
    try ReferenceGit()("-C", tree, "switch", "--quiet", "main")
    try removeTree(tree)
    try scene.repository("reset", "HEAD~1")
  }

  @Test("a date without an offset is one of that day, in summer and in winter")
  func offsets() throws {
    let scene = try Scene(commits: 0)
    let git = try scene.repository.git()
    for (name, date) in [("summer", "2026-07-01 12:00:00"), ("winter", "2026-01-01T12:00:00")] {
      var emend = scene.repository.emend
      emend.environment = ["TZ": Self.berlin, "GIT_COMMITTER_DATE": date]
      #expect(try emend.run(["tag", "-m", "x", name]).ending == .exit(0))
      let theirs = try git.run(
        ["tag", "-m", "x", "git-\(name)"],
        environment: ["TZ": Self.berlin, "GIT_COMMITTER_DATE": date])
      #expect(theirs.status == 0, "\(theirs.errors)")
      let dates = try [name, "git-" + name].map {
        try git("for-each-ref", "--format=%(taggerdate:raw)", "refs/tags/" + $0).lines
      }
      #expect(dates[0] == dates[1], "\(date)")
    }
  }

  @Test("core.sharedRepository = group: what is written, the group can write")
  func shared() throws {
    let scene = try Scene(commits: 0)
    try scene.repository.git()("config", "core.sharedRepository", "group")
    var child = try scene.repository.emend.child(["branch", "side"])
    child.arguments = ["-c", "umask 022; exec \"$0\" \"$@\"", child.executable, "branch", "side"]
    child.executable = "/bin/sh"
    #expect(try child.run().ending == .exit(0))
    for name in ["logs/refs/heads/side", "refs/heads/side"] {
      let path = scene.repository.gitDirectory + "/" + name
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode.map { $0 & 0o060 } == 0o060, "\(name): \(String(mode ?? 0, radix: 8))")
    }
  }

  @Test("who records is not guessed where a file that is not read may say it")
  func includedByRemote() throws {
    let scene = try Scene(commits: 0)
    let git = try scene.repository.git()
    try git("config", "remote.origin.url", "git@example.org:team/model.git")
    let home = try scene.directory.write(
      """
      [user]
      \tname = Home
      \temail = home@example.org
      [includeIf "hasconfig:remote.*.url:git@example.org:*/**"]
      \tpath = work.inc

      """, to: "home.config")
    var emend = scene.repository.emend
    for name in [
      "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL",
    ] {
      emend.environment[name] = ""
    }
    emend.environment["GIT_CONFIG_GLOBAL"] = home
    let arguments = ["tag", "-m", "x", "v1"]
    let refused = try emend.run(arguments)
    #expect(refused.ending != .exit(0))
    #expect(refused.errorText.contains("hasconfig:remote.*.url"), "\(refused.errorText)")
    try git("config", "user.name", "Here")
    try git("config", "user.email", "here@example.org")
    #expect(try emend.run(arguments).ending == .exit(0))
    // Elsewhere, the file would not be read by Git either.
    try git("config", "remote.origin.url", "git@example.com:team/model.git")
    try git("config", "--unset", "user.name")
    #expect(try emend.run(["tag", "-m", "x", "v2"]).ending == .exit(0))
    #expect(
      try git("for-each-ref", "--format=%(taggername)", "refs/tags").lines == ["Here", "Home"])
  }

  @Test("color.ui and pager.NAME hold as in Git; NO_COLOR and --color go over the first")
  func output() throws {
    let scene = try Scene(commits: 0)
    let git = try scene.repository.git()
    func colored(_ arguments: [String] = [], _ variables: [String: String] = [:]) throws -> Bool {
      var emend = scene.repository.emend
      emend.environment.merge(variables) { $1 }
      return try emend.run(["log"] + arguments).outputText.contains("\u{1B}")
    }
    #expect(try !colored())
    try git("config", "color.ui", "always")
    #expect(try colored())
    #expect(try !colored([], ["NO_COLOR": "1"]))
    #expect(try !colored(["--color", "never"]))
    try git("config", "color.ui", "false")
    #expect(try colored(["--color", "always"]))
    #expect(try !colored())
    try git("config", "core.pager", "most")
    try git("config", "pager.log", "false")
    try git("config", "pager.show", "bat -p")
    let repository = try EditRepository(
      opening: RepositoryLocation(gitDirectory: scene.repository.gitDirectory),
      GitEnvironment(variables: CleanEnvironment.variables(home: scene.directory.path)))
    #expect(try !repository.pager(of: "log").isUsed)
    #expect(try repository.pager(of: "show").program == "bat -p")
    #expect(try repository.pager(of: "diff").program == "most")
  }
}
