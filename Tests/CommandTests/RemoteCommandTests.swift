import Checkpoint
import Glibc
import TestSupport
import Testing

@Suite struct RemoteCommandTests {
  @Test("made, listed, renamed, moved and forgotten; Git sees the same")
  func remotes() throws {
    let scene = try SharedScene(commits: 1)
    let git = try scene.repository.git()
    #expect(try git("remote", "get-url", "origin").lines == [scene.hub])
    #expect(
      try git("config", "remote.origin.fetch").lines == ["+refs/heads/*:refs/remotes/origin/*"])
    try scene("work", "push", "-u")
    let log = try git("reflog", "--format=%H %gs", "refs/remotes/origin/main").lines
    try scene("work", "remote", "rename", "origin", "hub")
    #expect(try git("rev-parse", "refs/remotes/hub/main").lines == [try scene.head("work")])
    #expect(
      try git("reflog", "--format=%H %gs", "refs/remotes/hub/main").lines.suffix(log.count)
        == log[...])
    #expect(try git("config", "branch.main.remote").lines == ["hub"])
    #expect(try scene("work", "pull").outputText == "hub: nothing new\nalready up to date\n")
    let shown = try scene.document("work", "remote", "show", "hub")
    #expect(shown["branches"]?.array?.first?["state"]?.string == "tracked")
    #expect(shown["head"]?.string == "main")
    try scene("work", "remote", "set-url", "hub", "--push", "../elsewhere")
    #expect(
      try scene("work", "remote", "-v").outputText
        == "hub  \(scene.hub) (fetch)\nhub  \(scene.directory["elsewhere"]) (push)\n")
    try scene("work", "remote", "remove", "hub")
    #expect(try git("remote").lines.isEmpty)
    #expect(try git("for-each-ref", "refs/remotes").lines.isEmpty)
    #expect(try scene("work", "remote").outputText.isEmpty)
    // What was seen of it comes back with one word.
    try scene("work", "undo")
    #expect(
      try git("for-each-ref", "--format=%(refname)", "refs/remotes").lines == [
        "refs/remotes/hub/main"
      ])
  }

  @Test("renamed or removed as a whole or, where a reference is locked, not at all")
  func lockedReference() throws {
    let scene = try SharedScene(commits: 1)
    let git = try scene.repository.git()
    try scene("work", "push", "-u")
    func state() throws -> [String] {
      try git("config", "--list", "--local").lines + git("for-each-ref", "refs/remotes").lines
    }
    let before = try state()
    let lock = try scene.directory.write("", to: "work/.emend/refs/remotes/origin/main.lock")
    for arguments in [["rename", "origin", "hub"], ["remove", "origin"]] {
      let outcome = try scene.repository.emend.run(["remote"] + arguments)
      #expect(outcome.ending == .exit(1) && outcome.errorText.contains("main.lock"))
      #expect(try state() == before)
    }
    #expect(unlink(lock) == 0)
    try scene("work", "remote", "rename", "origin", "hub")
    #expect(try git("rev-parse", "refs/remotes/hub/main").lines == [try scene.head("work")])
  }

  @Test("a program that fails has failed, whatever signals the parent of this one ignores")
  func ignoredChildren() throws {
    let scene = try SharedScene(commits: 0)
    try scene("work", "remote", "set-url", "origin", "../nowhere")
    let emend = "trap '' CHLD; exec '\(try EmendProcess.executable())' fetch"
    let outcome = try ChildProcess(
      "/bin/sh", ["-c", emend],
      environment: CleanEnvironment.variables(home: scene.directory.path),
      in: scene.directory["work"]
    ).run()
    #expect(outcome.ending == .exit(1) && outcome.errorText.contains("nowhere"))
  }

  @Test("a remote's several values are read as Git reads them, and go and come with it")
  func severalValues() throws {
    let scene = try SharedScene(commits: 0)
    let git = try scene.repository.git()
    try scene("work", "push", "-u")
    try git("config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*")
    try git("remote", "set-url", "--add", "origin", "https://ada:secret@example.org/m.git")
    try git("config", "remote.origin.prune", "true")
    let fetches = "origin  \(scene.hub) (fetch)"
    #expect(try scene("work", "remote", "-v").outputText.hasPrefix(fetches))
    #expect(try git("remote", "-v").output.contains("\(scene.hub) (fetch)"))
    try expectRefusal(
      scene.repository, ["remote", "set-url", "origin", "x"], 1,
      ["several addresses", "git remote set-url --delete origin", "ada:***@"])
    let before = try git("config", "--get-regexp", "^remote\\.").lines
    try scene("work", "remote", "rename", "origin", "hub")
    #expect(
      try git("config", "--get-regexp", "^remote\\.").lines
        == before.map { $0.replacing("origin", with: "hub") })
    #expect(try git("config", "branch.main.remote").lines == ["hub"])
    try scene("work", "remote", "remove", "hub")
    #expect(try git.run(["config", "--get-regexp", "^(remote|branch)\\."]).lines.isEmpty)
    #expect(try git("for-each-ref", "refs/remotes").lines.isEmpty)
  }

  @Test("names in the environment's settings have their case, sections and keys have none")
  func environmentNames() throws {
    let scene = try SharedScene(commits: 0)
    try scene("work", "push")
    var emend = try scene.emend(in: "work")
    emend.environment["GIT_CONFIG_KEY_0"] = "REMOTE.My.Hub.URL"
    emend.environment["GIT_CONFIG_VALUE_0"] = scene.hub
    #expect(try emend.run(["remote"]).outputText == "My.Hub\norigin\n")
    #expect(try emend.run(["remote", "show", "My.Hub"]).ending == .exit(0))
    // A setting of another branch than main.
    emend.environment["GIT_CONFIG_KEY_0"] = "branch.MAIN.remote"
    emend.environment["GIT_CONFIG_VALUE_0"] = "nowhere"
    let fetched = try emend.run(["fetch"])
    #expect(fetched.ending == .exit(0), "\(fetched.errorText)")
  }

  @Test("names that are taken, wrong or unknown are refused")
  func refused() throws {
    let scene = try SharedScene(commits: 0)
    try expectRefusal(
      scene.repository, ["remote", "add", "origin", "x"], 2, ["a remote of this name already"])
    try expectRefusal(
      scene.repository, ["remote", "add", "a..b", "x"], 2, ["does not allow this name"])
    try expectRefusal(
      scene.repository, ["remote", "remove", "orgin"], 2, ["no such remote", "origin"])
    try expectRefusal(scene.repository, ["fetch", "orgin"], 2, ["no such remote", "origin"])
    try expectRefusal(scene.repository, ["pull"], 2, ["follows no branch of a remote"])
    try expectRefusal(
      scene.repository, ["push", "origin", "mian"], 2, ["no such revision", "main"])
    try expectRefusal(
      scene.repository, ["push", "origin", "main:"], 2, ["names nothing on the other side"])
    try expectRefusal(
      scene.repository, ["push", "origin", "main:a..b"], 2, ["cannot be the name of a branch"])
  }
}
