import Checkpoint
import Files
import Foundation
import TestSupport
import Testing

/// A push goes where Git's would, and takes nothing of others away.
@Suite("Pushing beside others")
struct PushBesideOthersTests {
  private func hook(_ name: String, _ text: String, in repository: String) throws {
    let path = "\(repository)/hooks/\(name)"
    try makeDirectories(repository + "/hooks")
    try Data(("#!/bin/sh\n" + text).utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  @Test("notes that came there meanwhile are joined: by address, and where pushes go elsewhere")
  func notes() throws {
    let scene = try SharedScene(commits: 1)
    try scene("work", "push", "-u")
    let (hub, work) = (
      try ReferenceGit(scene.hub), try ReferenceGit(scene.directory["work/.emend"])
    )
    try hub("notes", "--ref=emend", "add", "-m", "approved", "main")
    try work("notes", "--ref=emend", "add", "-m", "work: 0.9", "main")
    try scene("work", "push", scene.hub, "main")
    #expect(try hub("notes", "--ref=emend", "show", "main").lines == ["approved", "work: 0.9"])

    try work("config", "remote.origin.url", scene.host.makeRepository("upstream.git"))
    try work("config", "remote.origin.pushurl", scene.hub)
    try hub("notes", "--ref=emend", "add", "-f", "-m", "approved\nby two", "main")
    try work("notes", "--ref=emend", "add", "-f", "-m", "work: 0.8", "main")
    try scene("work", "push", "origin", "main")
    let joined = try hub("notes", "--ref=emend", "show", "main").lines
    #expect(joined.contains("by two") && joined.contains("work: 0.8"), "\(joined)")
  }

  @Test("remote.pushDefault and branch.NAME.pushRemote say where a push goes")
  func pushDefault() throws {
    let scene = try SharedScene(commits: 0)
    try scene("work", "push", "-u")
    let work = try ReferenceGit(scene.directory["work/.emend"])
    let forks = try ["fork", "own"].map { name in
      let path = try scene.host.makeRepository(name + ".git")
      try scene("work", "remote", "add", name, path)
      return try ReferenceGit(path)
    }
    try work("config", "remote.pushDefault", "fork")
    #expect(try scene.document("work", "push")["remote"]?.string == "fork")
    #expect(try forks[0]("rev-parse", "main").lines == [scene.head("work")])
    try work("config", "branch.main.pushRemote", "own")
    #expect(try scene.document("work", "push")["remote"]?.string == "own")
    #expect(try scene("work", "fetch").outputText.hasPrefix("origin"))
  }

  @Test("several addresses are refused by name, and `remote -v` shows them")
  func severalAddresses() throws {
    let scene = try SharedScene(commits: 0)
    let mirror = try scene.host.makeRepository("mirror.git")
    try ReferenceGit(scene.directory["work/.emend"])(
      "remote", "set-url", "--add", "origin", mirror)
    let refused = try scene.emend(in: "work").run(["push"])
    #expect(refused.ending == .exit(2), "\(refused.outputText)")
    #expect(refused.errorText.contains("\(scene.hub), \(mirror)"), "\(refused.errorText)")
    #expect(
      try scene("work", "remote", "-v").outputText
        == "origin  \(scene.hub) (fetch)\norigin  \(scene.hub) (push)\norigin  \(mirror) (push)\n")
    try scene("work", "push", mirror, "main")
  }

  @Test("a branch that follows one of another name is pushed as push.default says")
  func otherName() throws {
    let scene = try SharedScene(commits: 1)
    try scene("work", "push", "-u", "origin", "main~1:main")
    let (hub, work) = (
      try ReferenceGit(scene.hub), try ReferenceGit(scene.directory["work/.emend"])
    )
    try scene("work", "switch", "--create", "topic")
    try work("config", "branch.topic.remote", "origin")
    try work("config", "branch.topic.merge", "refs/heads/main")
    let refused = try scene.emend(in: "work").run(["push"])
    #expect(refused.ending == .exit(2), "\(refused.outputText)")
    #expect(refused.errorText.contains("emend push origin topic:main"), "\(refused.errorText)")
    try work("config", "push.default", "upstream")
    try scene("work", "push")
    #expect(try hub("rev-parse", "main").lines == [scene.head("work")])
    #expect(try hub("branch", "--format=%(refname:short)").lines == ["main"])
    // What revisions call HEAD is no name of a branch there.
    try scene("work", "push", "origin", "@")
    #expect(try hub("branch", "--format=%(refname:short)").lines == ["main", "topic"])
  }

  @Test("push.default = matching is refused by name; push.autoSetupRemote has the branch follow")
  func pushSettings() throws {
    let scene = try SharedScene(commits: 0)
    let work = try scene.repository.git()
    try work("config", "push.default", "matching")
    let refused = try scene.emend(in: "work").run(["push"])
    #expect(refused.ending == .exit(2), "\(refused.outputText)")
    #expect(refused.errorText.contains("push.default"), "\(refused.errorText)")
    try work("config", "push.default", "simple")
    try work("config", "push.autoSetupRemote", "true")
    try scene("work", "push", "origin", "main:other")
    #expect(try work.run(["config", "branch.main.merge"]).lines.isEmpty)
    try scene("work", "push")
    #expect(try work("config", "branch.main.merge").lines == ["refs/heads/main"])
    #expect(try work("config", "branch.main.remote").lines == ["origin"])
  }

  @Test("parts that came before one was refused are told and remembered")
  func halfOfIt() throws {
    let scene = try SharedScene()
    try scene("work", "config", "set", "pushlimit", "2k")
    let last = try scene.head("work")
    try hook(
      "update", "[ \"$3\" != \(last) ] || { echo no last one >&2; exit 1; }\n", in: scene.hub)
    let refused = try scene.emend(in: "work").run(["push", "--no-notes"])
    let there = try ReferenceGit(scene.hub)("rev-parse", "main").lines
    #expect(refused.ending == .exit(1))
    #expect(there == [try scene.head("work", "main~1")])
    #expect(
      refused.outputText.contains("the remote is at \(there[0].prefix(10)) now"),
      "\(refused.outputText)")
    #expect(refused.outputText.contains("in 2 parts"), "\(refused.outputText)")
    #expect(try scene.head("work", "refs/remotes/origin/main") == there[0])
  }

  @Test("what hooks say is heard: a host's words, and why a hook here refuses")
  func words() throws {
    let scene = try SharedScene(commits: 0)
    try hook("post-receive", "echo make a request at https://example.org/7\n", in: scene.hub)
    let pushed = try scene("work", "push")
    #expect(
      pushed.errorText.contains("remote: make a request at https://example.org/7"),
      "\(pushed.errorText)")
    try hook(
      "pre-push", "echo local policy: no >&2\nexit 1\n", in: scene.directory["work/.emend"])
    let refused = try scene.emend(in: "work").run(["push", "origin", "main:side"])
    #expect(refused.ending == .exit(1))
    #expect(refused.errorText.contains("local policy: no"), "\(refused.errorText)")
  }

  @Test("what a hook here leaves running holds no push, as with Git")
  func leftRunning() throws {
    let scene = try SharedScene(commits: 0)
    let (go, ended) = (scene.directory["go"], scene.directory["ended"])
    // It ends when it is told to, or by itself after a minute.
    try hook(
      "pre-push",
      """
      echo said before
      (for i in $(seq 600); do [ -e \(go) ] && break; sleep 0.1; done; echo over > \(ended)) &

      """, in: scene.directory["work/.emend"])
    let pushed = try scene.emend(in: "work").run(["push", "origin", "main"])
    #expect(try fileKind(at: ended) == nil)
    try scene.directory.write("", to: "go")
    #expect(pushed.ending == .exit(0), "\(pushed.errorText)")
  }

  @Test("without git, what guards a repository beside is not gone round")
  func guarded() throws {
    let scene = try SharedScene(transport: "libgit2", commits: 1)
    try scene("work", "push", "origin", "main~1:main")
    let hub = try ReferenceGit(scene.hub)
    let before = try hub("rev-parse", "main").lines
    func refused(_ words: String) throws {
      let outcome = try scene.emend(in: "work").run(["push"])
      #expect(outcome.ending == .exit(1), "\(outcome.outputText)")
      #expect(outcome.errorText.contains(words), "\(outcome.errorText)")
      #expect(try hub("rev-parse", "main").lines == before)
    }
    try hook("pre-receive", "exit 1\n", in: scene.hub)
    try refused("pre-receive")
    try removeTree(scene.hub + "/hooks/pre-receive")
    try hub("config", "receive.denyNonFastForwards", "true")
    try refused("receive.denyNonFastForwards")
    try hub("config", "--unset", "receive.denyNonFastForwards")
    try hub("worktree", "add", "--quiet", scene.directory["tree"], "main")
    try refused(scene.directory["tree"])
    try hub("worktree", "remove", scene.directory["tree"])
    try scene("work", "push")
    #expect(try hub("rev-parse", "main").lines == [scene.head("work")])
  }
}
