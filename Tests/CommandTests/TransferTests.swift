import Checkpoint
import Foundation
import TestSupport
import Testing

/// Edits travel between people, by every way and both routes, with plain Git at the other end.
@Suite("Sharing edits")
struct TransferTests {
  static let transports = ["git", "libgit2"]

  @Test("-u has the branch that was pushed follow what it was pushed to, whichever HEAD is on")
  func upstream() throws {
    let scene = try SharedScene()
    try scene("work", "branch", "candidate")
    try scene("work", "branch", "older", "HEAD~1")
    try scene("work", "push", "-u", "origin", "candidate:trial", "older")
    let git = try ReferenceGit(scene.directory["work/.emend"])
    for (branch, upstream) in [("candidate", "refs/heads/trial"), ("older", "refs/heads/older")] {
      #expect(try git("config", "branch.\(branch).merge").lines == [upstream])
    }
    #expect(try git.run(["config", "branch.main.merge"]).status == 1)
  }

  @Test("pull says of a merge what merge says, and --no-interference measures nothing")
  func pulledMerge() throws {
    let scene = try SharedScene(commits: 1)
    try scene("work", "push", "-u")
    try scene.clone(to: "copy")
    try scene("copy", "base", "set", scene.model.kit.base)
    let third = try scene.directory.write(TinyModel.facts([("Rome", "Oslo")]), to: "third.jsonl")
    try scene.commit(scene.model.second, in: "work", message: "Two")
    try scene("work", "push")
    try scene.commit(third, in: "copy", message: "Three")
    let pulled = try scene.document("copy", "pull")
    #expect(pulled["merge"]?["interference"]?["pairs"]?.array?.count == 2)
    try scene("copy", "undo")
    let quiet = try scene.document("copy", "pull", "--no-interference")
    #expect(quiet["merge"]?["commits"]?.array?.count == 1)
    #expect(quiet["merge"]?["interference"] == nil)
  }

  @Test("by path and file URL", arguments: [GitHost.Way.path, .file], transports)
  func files(way: GitHost.Way, transport: String) throws { try roundTrip(way, transport) }

  @Test(
    "by http, through a web server and git http-backend",
    .enabled(if: ExtraProgram.areReady(.webServer), "\(ExtraProgram.reason(.webServer))"),
    arguments: transports)
  func http(transport: String) throws { try roundTrip(.http, transport) }

  @Test(
    "by ssh, through sshd",
    .enabled(
      if: ExtraProgram.areReady(.sshServer, .sshClient),
      "\(ExtraProgram.reason(.sshServer, .sshClient))"), arguments: transports)
  func ssh(transport: String) throws { try roundTrip(.ssh, transport) }

  /// Push, clone, commit there, push, pull here; notes and shared settings go along; Git is content everywhere.
  private func roundTrip(_ way: GitHost.Way, _ transport: String) throws {
    let scene = try SharedScene(way, transport: transport)
    try scene("work", "config", "set", "--shared", "pushlimit", "800m")
    let pushed = try scene.document("work", "push", "-u")
    #expect(
      pushed["updates"]?.array?.compactMap { $0["result"]?.string } == ["created", "created"])
    #expect(try scene.isSound(scene.hub))
    try scene.clone(to: "copy")
    #expect(try scene.head("copy") == scene.head("work"))
    #expect(try scene.emend(in: "copy").run(["config", "get", "pushlimit"]).outputText == "800m\n")
    #expect(
      try scene.document("copy", "apply", "--dry-run")["fingerprint"]
        == scene.document("work", "apply", "--dry-run")["fingerprint"])
    // Each side commits and takes notes.
    try scene.commit(scene.model.clash, in: "copy", message: "Three")
    let (ours, theirs) = (
      try ReferenceGit(scene.directory["work/.emend"]),
      try ReferenceGit(scene.directory["copy/.emend"])
    )
    try ours("notes", "--ref=emend", "add", "-m", "work: 0.9", "main")
    try theirs("notes", "--ref=emend", "add", "-m", "copy: 0.8", "main~1")
    try scene("copy", "push")
    let pulled = try scene.document("work", "pull")
    #expect(pulled["merge"]?["commits"]?.array?.first?["summary"]?.string == "Three")
    #expect(try scene.head("work") == scene.head("copy"))
    #expect(try ours("notes", "--ref=emend", "show", "main~1").lines == ["copy: 0.8", "work: 0.9"])
    try scene("work", "push")
    try scene("copy", "fetch")
    #expect(
      try scene.head("copy", "refs/notes/emend^{tree}")
        == scene.head("work", "refs/notes/emend^{tree}"))
    // A branch and a tag come and go.
    try scene("work", "tag", "v1", "-m", "First")
    try scene("work", "push", "origin", "HEAD:trial", "v1")
    let fetched = try scene.document("copy", "fetch")
    #expect(
      Set(
        fetched["remotes"]?.array?.first?["updates"]?.array?.compactMap { $0["reference"]?.string }
          ?? [])
        == ["refs/remotes/origin/trial", "refs/tags/v1"])
    try scene("work", "push", "origin", "--delete", "trial", "v1")
    try scene("copy", "fetch", "--prune")
    #expect(try scene("copy", "branch").outputText.contains("trial") == false)
    for place in [scene.hub, scene.directory["work/.emend"], scene.directory["copy/.emend"]] {
      #expect(try scene.isSound(place), "\(place)")
    }
    #expect(try scene("copy", "fsck").outputText.hasPrefix("sound"))
    // Plain Git at the other end.
    let plain = try ReferenceGit()
    try plain("clone", "--quiet", "--bare", scene.hub, scene.directory["plain"])
    #expect(
      try ReferenceGit(scene.directory["plain"])("log", "--format=%s", "main").lines
        == ["Three", "Two", "One", "emend: start from base base"])
    #expect(try leftovers(scene.directory["work/.emend"]).isEmpty)
  }

  private func leftovers(_ gitDirectory: String) throws -> [String] {
    let place = gitDirectory + "/emend/incoming"
    guard FileManager.default.fileExists(atPath: place) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: place).filter { $0 != "lock" }
  }

  @Test("without git in PATH, libgit2 is used; where git is asked for by name, that is refused")
  func noProgram() throws {
    let scene = try SharedScene(commits: 1)
    var emend = try scene.emend(in: "work")
    emend.environment["PATH"] = scene.directory["empty"]
    #expect(try emend.run(["push"]).ending == .exit(0))
    let collected = try emend.run(["gc", "--json"])
    #expect(collected.outputText.contains("\"program\":\"emend\""), "\(collected.outputText)")
    emend.environment["GIT_CONFIG_VALUE_0"] = "git"
    let refused = try emend.run(["fetch"])
    #expect(refused.ending == .exit(2))
    #expect(refused.errorText.contains("the program git is not installed"))
    emend.environment["GIT_CONFIG_VALUE_0"] = "telnet"
    #expect(try emend.run(["fetch"]).errorText.contains("auto, git or libgit2"))
  }

  @Test(
    "an unknown host key is refused by libgit2, and a hidden name is found",
    .enabled(
      if: ExtraProgram.areReady(.sshServer, .sshClient),
      "\(ExtraProgram.reason(.sshServer, .sshClient))"))
  func hostKeys() throws {
    let scene = try SharedScene(.ssh, transport: "libgit2", commits: 0)
    let file = scene.directory["home/.ssh/known_hosts"]
    let known = try String(contentsOfFile: file, encoding: .utf8)
    let hashed = try ChildProcess(
      "ssh-keygen", ["-H", "-f", file],
      environment: CleanEnvironment.variables(home: scene.directory.path),
      in: scene.directory.path
    ).run()
    #expect(hashed.status == 0, "\(hashed.errorText)")
    #expect(try !String(contentsOfFile: file, encoding: .utf8).contains("127.0.0.1"))
    try scene("work", "push")
    for text in ["", known.replacingOccurrences(of: "AAAAC3", with: "AAAAC4")] {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      let refused = try scene.emend(in: "work").run(["fetch"])
      #expect(refused.ending == .exit(1))
      #expect(refused.errorText.contains("not among those that you know"), "\(refused.errorText)")
      #expect(refused.errorText.contains("SHA256:"))
    }
    // A key that the server does not know.
    try known.write(toFile: file, atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(atPath: scene.directory["home/.ssh/id_ed25519"])
    let refused = try scene.emend(in: "work").run(["fetch"])
    #expect(refused.ending == .exit(1))
    #expect(refused.errorText.contains("who you are"), "\(refused.errorText)")
  }

  @Test(
    "a branch moves backwards only when that is asked for, and with a lease only if it is as seen",
    arguments: transports)
  func rules(transport: String) throws {
    let scene = try SharedScene(transport: transport)
    try scene("work", "push", "-u")
    try scene.clone(to: "copy")
    try scene.commit(scene.model.clash, in: "copy", message: "Three")
    try scene("copy", "push")
    try scene("work", "revert", "HEAD")
    let behind = try scene.emend(in: "work").run(["push"])
    #expect(behind.ending == .exit(1))
    #expect(behind.outputText.contains("pull first"), "\(behind.outputText)")
    let stale = try scene.emend(in: "work").run(["push", "--force-with-lease"])
    #expect(stale.ending == .exit(1))
    #expect(stale.outputText.contains("moved it since"), "\(stale.outputText)")
    #expect(
      try ReferenceGit(scene.hub)("rev-parse", "main").lines.first == scene.head("copy"))
    try scene("work", "fetch")
    let diverged = try scene.emend(in: "work").run(["pull", "--ff-only"])
    #expect(diverged.ending == .exit(1))
    #expect(diverged.errorText.contains("both sides have commits"), "\(diverged.errorText)")
    let forced = try scene.document("work", "push", "--force-with-lease")
    #expect(forced["updates"]?.array?.first?["result"]?.string == "forced")
    // The colleague sees it as forced, and can go back.
    let seen = try scene.document("copy", "fetch")
    #expect(
      seen["remotes"]?.array?.first?["updates"]?.array?.first?["result"]?.string == "forced")
    let before = try scene.head("copy", "refs/remotes/origin/main@{1}")
    try scene("copy", "undo")
    #expect(try scene.head("copy", "refs/remotes/origin/main") == before)
    // A merge of both sides.
    try scene("copy", "fetch")
    try scene("copy", "pull")
    try scene("copy", "push")
    #expect(try scene.isSound(scene.hub))
  }

  @Test(
    "what is named twice is pushed once, and two values for one reference are refused",
    arguments: transports)
  func twice(transport: String) throws {
    let scene = try SharedScene(transport: transport, commits: 1)
    try ReferenceGit(scene.directory["work/.emend"])("notes", "--ref=emend", "add", "-m", "0.9")
    let pushed = try scene.document(
      "work", "push", "origin", "main", "HEAD:main", "+main", "refs/notes/emend")
    #expect(
      pushed["updates"]?.array?.compactMap { $0["result"]?.string } == ["created", "created"])
    #expect(try ReferenceGit(scene.hub)("rev-parse", "main").lines == [scene.head("work")])
    let refused = try scene.emend(in: "work").run(["push", "origin", "main", "main~1:main"])
    #expect(refused.ending == .exit(2), "\(refused.outputText)\(refused.errorText)")
    #expect(refused.errorText.contains("would get two values"), "\(refused.errorText)")
    try scene("work", "push", "origin", "main:side")
    try scene("work", "push", "origin", "--delete", "side", "side")
    #expect(try ReferenceGit(scene.hub)("branch", "--format=%(refname:short)").lines == ["main"])
  }

  @Test(
    "what is to be deleted is that reference; of what is named without its kind, the tag too",
    arguments: transports)
  func deletedByName(transport: String) throws {
    let scene = try SharedScene(transport: transport, commits: 0)
    for tag in ["1.0", "v1.0"] { try scene("work", "tag", tag) }
    try scene("work", "push", "origin", "main", "1.0", "v1.0")
    let hub = try ReferenceGit(scene.hub)
    try scene("work", "push", "origin", "--delete", "v1.0")
    #expect(try hub("tag").lines == ["1.0"])
    for name in ["refs/tags/v1.0", "refs/notes/1.0", "refs/heads/1.0", "v1.0"] {
      let refused = try scene.emend(in: "work").run(["push", "origin", ":" + name])
      #expect(refused.ending == .exit(1), "\(name): \(refused.outputText)")
      #expect(refused.outputText.contains("has no such reference"), "\(refused.outputText)")
    }
    #expect(try hub("tag").lines == ["1.0"])
  }

  @Test("a limit that is no number of bytes is refused before anything goes")
  func badLimit() throws {
    let scene = try SharedScene(commits: 0)
    try scene.repository.git()("config", "emend.pushlimit", "1.5g")
    try expectRefusal(
      scene.repository, ["push", scene.hub, "main"], 2,
      ["cannot have this value", "emend.pushlimit", "1.5g"])
    #expect(try ReferenceGit(scene.hub)("branch").lines.isEmpty)
  }

  @Test("-u with an address, which no branch can follow, is refused")
  func upstreamOfAddress() throws {
    let scene = try SharedScene(commits: 0)
    try expectRefusal(
      scene.repository, ["push", "-u", scene.hub, "main"], 2,
      ["--set-upstream has no effect", "a remote that has a name"])
    #expect(try ReferenceGit(scene.hub)("branch").lines.isEmpty)
  }

  @Test("what is larger than the limit goes in parts, each a whole history", arguments: transports)
  func parts(transport: String) throws {
    let scene = try SharedScene(transport: transport)
    try scene.commit(scene.model.clash, in: "work", message: "Three")
    try scene("work", "config", "set", "pushlimit", "2k")
    let pushed = try scene.document("work", "push")
    #expect(pushed["parts"]?.integer == 4)
    #expect(try scene("work", "push").outputText == "origin: already up to date\n")
    #expect(
      try ReferenceGit(scene.hub)("rev-parse", "main").lines.first == scene.head("work"))
    #expect(try scene.isSound(scene.hub))
  }

  @Test("the branch that the remote's HEAD is on stays, as with Git", arguments: transports)
  func deletedHead(transport: String) throws {
    let scene = try SharedScene(transport: transport, commits: 0)
    try scene("work", "push", "origin", "main", "main:side")
    let refused = try scene.emend(in: "work").run(["push", "origin", "--delete", "main", "side"])
    #expect(refused.ending == .exit(1), "\(refused.outputText)\(refused.errorText)")
    #expect(refused.outputText.contains("HEAD is on it"), "\(refused.outputText)")
    #expect(try ReferenceGit(scene.hub)("branch", "--format=%(refname:short)").lines == ["main"])
  }

  @Test("a tag that names something else here stays, and a fetch goes on", arguments: transports)
  func otherTag(transport: String) throws {
    let scene = try SharedScene(transport: transport, commits: 1)
    try scene("work", "tag", "v1", "HEAD~1")
    try scene("work", "push", "-u", "origin", "main", "v1")
    try scene.clone(to: "copy")
    let copy = try ReferenceGit(scene.directory["copy/.emend"])
    try copy("tag", "--force", "v1", "main")
    let mine = try scene.head("copy", "v1")
    try scene("copy", "fetch")
    #expect(try scene("copy", "pull").ending == .exit(0))
    #expect(try scene.head("copy", "v1") == mine)
    let asked = try scene.emend(in: "copy").run(["fetch", "--tags"])
    #expect(asked.ending == .exit(1), "\(asked.outputText)")
    #expect(asked.outputText.contains("--force replaces it"), "\(asked.outputText)")
    #expect(try scene.head("copy", "v1") == mine)
    // Git says the same.
    #expect(try copy.run(["fetch", "--quiet", "origin"]).status == 0)
    #expect(try copy.run(["fetch", "--quiet", "--tags", "origin"]).status == 1)
    try scene("copy", "fetch", "--tags", "--force")
    #expect(try scene.head("copy", "v1") == scene.head("work", "v1"))
  }

  @Test("tags of files and directories come along where all do", arguments: transports)
  func tagsOfNoCommit(transport: String) throws {
    let scene = try SharedScene(transport: transport, commits: 1)
    try scene("work", "push", "-u")
    let hub = try ReferenceGit(scene.hub)
    try hub("tag", "file", "main:format")
    try hub("tag", "-a", "-m", "x", "tree", "main^{tree}")
    try scene.clone(to: "copy")
    let copy = try ReferenceGit(scene.directory["copy/.emend"])
    #expect(try copy("tag").lines == ["file", "tree"])
    #expect(
      try scene("copy", "log", "--all", "--oneline").outputText
        == scene("copy", "log", "--oneline").outputText)
    #expect(try scene("copy", "fsck").outputText.hasPrefix("sound"))
    try hub("tag", "later", "main:base.json")
    try scene("copy", "fetch")
    try scene("copy", "fetch", "--tags")
    #expect(try copy("tag").lines == ["file", "later", "tree"])
  }

  @Test("a shallow clone has no whole history to give", arguments: transports)
  func shallowRemote(transport: String) throws {
    let scene = try SharedScene(transport: transport, commits: 1)
    try scene("work", "push", "-u")
    let shallow = scene.directory["shallow.git"]
    try ReferenceGit()("clone", "--quiet", "--bare", "--depth=1", "file://\(scene.hub)", shallow)
    let clone = try scene.emend(in: ".").run(["clone", shallow, "copy"])
    #expect(clone.ending == .exit(1), "\(clone.outputText)")
    #expect(!FileManager.default.fileExists(atPath: scene.directory["copy"]))
    let other = try SharedScene(transport: transport, commits: 0)
    let fetched = try other.emend(in: "work").run(["fetch", shallow, "main"])
    #expect(fetched.ending == .exit(1), "\(fetched.outputText)")
    guard transport == "git" else { return }
    for outcome in [clone, fetched] {
      #expect(outcome.errorText.contains("and did not send it"), "\(outcome.errorText)")
    }
  }

  @Test("a lease holds for a branch that is gone, too, and one that nobody has seen is new")
  func leaseOnNothing() throws {
    let scene = try SharedScene(commits: 1)
    try scene("work", "push", "-u")
    let hub = try ReferenceGit(scene.hub)
    try hub("update-ref", "-d", "refs/heads/main")
    let commit = try scene.head("work")
    for option in ["--force-with-lease", "--lease=\(commit)"] {
      let stale = try scene.emend(in: "work").run(["push", option, "origin", "main"])
      #expect(stale.ending == .exit(1), "\(stale.outputText)\(stale.errorText)")
      #expect(stale.outputText.contains("moved it since"), "\(stale.outputText)")
    }
    #expect(try hub("for-each-ref", "refs/heads").lines.isEmpty)
    try scene("work", "push", "--force-with-lease", "origin", "main:fresh")
    try scene("work", "push", "--force-with-lease", scene.hub, "main:other")
    #expect(try hub("for-each-ref", "--format=%(refname:short)", "refs/heads").lines.count == 2)
  }

  @Test(
    "what cannot be reached is told in Git's own words, and nothing changes",
    arguments: transports)
  func unreachable(transport: String) throws {
    let scene = try SharedScene(transport: transport, commits: 0)
    let before = try lasting(scene.repository)
    for address in [scene.directory["nowhere"], "http://127.0.0.1:1/x.git", "ssh://127.0.0.1:1/x"] {
      for arguments in [["fetch", address], ["push", address, "main"]] {
        let outcome = try scene.emend(in: "work").run(arguments)
        #expect(outcome.ending == .exit(1), "\(arguments) \(outcome.errorText)")
        #expect(outcome.errorText.contains("could not "), "\(outcome.errorText)")
      }
      let clone = try scene.emend(in: ".").run(["clone", address, "copy"])
      #expect(clone.ending == .exit(1), "\(clone.errorText)")
      #expect(!FileManager.default.fileExists(atPath: scene.directory["copy"]))
    }
    let empty = try scene.emend(in: ".").run(["clone", scene.hub, "copy"])
    #expect(empty.ending == .exit(1))
    #expect(empty.errorText.contains("the remote has no commits"))
    #expect(try lasting(scene.repository) == before)
  }

  @Test("addresses that would run a program or look like an option are refused by name")
  func addresses() throws {
    let scene = try SharedScene(commits: 0)
    for (address, part) in [
      ("ext::sh -c touch% x", "would have Git run a program"),
      ("--upload-pack=touch", "begins with a hyphen"),
      ("ssh://-oProxyCommand=x/y", "the host begins with a hyphen"), ("ftp://host/x", "'ftp'"),
      ("http:///x", "it names no host"),
    ] {
      let outcome = try scene.emend(in: "work").run(["clone", "--", address, "copy"])
      #expect(outcome.ending == .exit(2), "\(address) \(outcome.errorText)")
      #expect(outcome.errorText.contains(part), "\(outcome.errorText)")
    }
    try scene("work", "remote", "set-url", "origin", "https://ada:secret@example.org/m.git")
    #expect(try !scene("work", "remote", "list", "-v").outputText.contains("secret"))
  }

  @Test("fetch.prune and remote.NAME.prune hold as in Git, and the options go over them")
  func configuredPruning() throws {
    let scene = try SharedScene(commits: 0)
    let (hub, work) = (try ReferenceGit(scene.hub), try scene.repository.git())
    try scene("work", "push", "origin", "main", "main:gone")
    try hub("branch", "-D", "gone")
    func hasGone() throws -> Bool {
      try !work("for-each-ref", "refs/remotes/origin/gone").lines.isEmpty
    }
    try work("config", "fetch.prune", "true")
    try work("config", "remote.origin.prune", "false")
    try scene("work", "fetch")
    #expect(try hasGone())
    try work("config", "--unset", "remote.origin.prune")
    try scene("work", "fetch", "--no-prune")
    #expect(try hasGone())
    try scene("work", "fetch")
    #expect(try !hasGone())
  }

  @Test("what a fetch from an address brings is told, though nothing here names it")
  func fromAddress() throws {
    let scene = try SharedScene(commits: 1)
    try scene("work", "push", "origin", "main~1:main")
    try scene.clone(to: "mine")
    try scene("work", "push", "origin", "main")
    let id = String(try scene.head("work").prefix(12))
    let said = try scene("mine", "fetch", scene.hub, "main").outputText
    #expect(said.contains(": 1 commit, ") && !said.contains("nothing new"), "\(said)")
    #expect(said.contains("  main  \(id)  named by nothing here: emend merge \(id)\n"), "\(said)")
    try scene("mine", "merge", id)
    #expect(
      try scene("mine", "fetch", scene.hub, "main").outputText == "\(scene.hub): nothing new\n")
  }
}
