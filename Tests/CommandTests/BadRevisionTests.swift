import Checkpoint
import Foundation
import TestSupport
import Testing

/// A revision or a repository that is not there.
@Suite("Revisions and repositories that are not there")
struct BadRevisionTests {
  @Test(
    "an unknown revision is named, whatever asks for it",
    arguments: [
      ["log"], ["show"], ["apply", "--dry-run"], ["revert"], ["cherry-pick"], ["merge"], ["reset"],
      ["diff"], ["switch", "--detach"], ["branch", "new"], ["tag", "new"],
    ])
  func unknownRevision(command: [String]) throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(TinyModel(in: directory).kit, in: directory)
    try expectRefusal(
      repository, command + ["mian"], 2, ["there is no such revision", "mian", "main"])
  }

  @Test("going back further than history does, the beginning is not suggested as a misspelling")
  func tooFar() throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(TinyModel(in: directory).kit, in: directory)
    try expectRefusal(repository, ["show", "HEAD~5"], 2, ["there is no such revision", "HEAD~5"])
    #expect(!(try repository.emend.run(["show", "HEAD~5"]).errorText.contains("Did you mean")))
  }

  @Test("@ and HEAD@{n} name what they name for git, and the log that reflog shows")
  func heads() throws {
    let scene = try Scene()
    let (repository, git) = (scene.repository, try scene.repository.git())
    try repository("switch", "-d", "HEAD~1")
    try repository.commit(scene.model.clash)
    try repository("switch", "main")
    for revision in [
      "@", "@~1", "@^", "HEAD@{0}", "HEAD@{1}", "HEAD@{2}", "HEAD@{1}~1", "@~1..HEAD@{1}",
      "HEAD@{1}...@",
    ] {
      let own = try repository.document("log", revision)["commits"]?.array?.compactMap {
        $0["commit"]?.string
      }
      #expect(try git("rev-list", revision).lines == own, "\(revision)")
    }
    try expectRefusal(
      repository, ["show", "HEAD@{99}"], 2, ["there is no such revision", "HEAD@{99}"])
  }

  @Test(
    "a name of a branch and a tag that are different commits is refused, and each has a way to be said"
  )
  func twoMeanings() throws {
    let scene = try Scene()
    let git = try scene.repository.git()
    try scene.repository("branch", "candidate")
    try git("tag", "candidate", "HEAD~1")
    for arguments in [
      ["log", "candidate"], ["diff", "main..candidate"], ["reset", "candidate~0"],
    ] {
      try expectRefusal(
        scene.repository, arguments, 2, ["heads/candidate", "tags/candidate"])
    }
    #expect(
      try scene.lines("log", "--oneline", "-n", "1", "tags/candidate")[0]
        .hasPrefix(scene.short("HEAD~1").prefix(7)))
    try git("tag", "--force", "candidate", "main")
    #expect(try scene.lines("log", "--oneline", "candidate").count == 3)
  }

  @Test("a branch's name may begin with @")
  func beginsWithAt() throws {
    let scene = try Scene()
    let git = try scene.repository.git()
    try git("branch", "@team/fix", "HEAD~1")
    for revision in ["@team/fix", "@~1"] {
      let log = try scene.repository.document("log", "-n", "1", revision)["commits"]?.array
      #expect(try log?.first?["commit"]?.string == scene.id("HEAD~1"), "\(revision)")
    }
  }

  @Test("numbers that no history has are refused or, as in Git, mean no limit")
  func numbers() throws {
    let scene = try Scene()
    let lowest = "\(Int.min)"
    #expect(try scene.lines("log", "--oneline", "--graph", "--max-count=-1").count == 3)
    #expect(try scene.lines("log", "--oneline", "-n1").count == 1)
    for command in ["revert", "cherry-pick"] {
      for option in ["--mainline=\(lowest)", "--mainline=0"] {
        try expectRefusal(
          scene.repository, [command, "HEAD", option], 2, ["--mainline takes a number from 1"])
      }
    }
    try scene.repository("generate", "--tokens", "\(Int.max)", "Oslo is in")
  }

  @Test(
    "a range where one commit is wanted", arguments: [["show"], ["reset"], ["apply", "--dry-run"]])
  func range(command: [String]) throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(TinyModel(in: directory).kit, in: directory)
    try expectRefusal(repository, command + ["HEAD..HEAD"], 2, ["one revision is wanted here"])
  }

  @Test(
    "no repository here or above",
    arguments: [
      ["status"], ["log"], ["show"], ["facts"], ["branch"], ["fsck"], ["undo"], ["reflog"],
      ["apply", "--dry-run"], ["commit", "facts.jsonl"],
    ])
  func noRepository(command: [String]) throws {
    let directory = try TemporaryDirectory()
    let outcome = try EmendProcess(in: directory.path).run(command)
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errorText.contains("there is no emend repository here or above"))
    #expect(outcome.errorText.contains("emend init --base DIR"))
    #expect(try contents(of: directory.path).isEmpty)
  }

  @Test("a directory that is no repository, and a Git repository that is not emend's")
  func otherRepository() throws {
    let directory = try TemporaryDirectory()
    try directory.write("", to: "plain/file")
    let outcome = try EmendProcess(in: directory.path).run(["status", "--repo", "plain"])
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errorText.contains("not a Git repository"))

    let git = try ReferenceGit(directory["git"])
    try git("init", "--quiet", "--bare", directory["git"])
    let empty = try EmendProcess(in: directory.path).run(["status", "--repo", "git"])
    #expect(empty.ending == .exit(2))
    #expect(empty.errorText.contains("the repository has no commits"))
    let tree = try git("mktree").lines[0]
    let commit = try git("commit-tree", "-m", "x", tree).lines[0]
    try git("update-ref", "HEAD", commit)
    let foreign = try EmendProcess(in: directory.path).run(["status", "--repo", "git"])
    #expect(foreign.ending == .exit(2))
    #expect(foreign.errorText.contains("not one of emend's"))
  }

  @Test("the id of an edit leads to the commit that brought it")
  func edit() throws {
    let scene = try Scene()
    let id = try #require(
      try scene.repository.document("facts")["facts"]?.array?.first?["edit"]?.string)
    let commit = try #require(
      try scene.repository.document("show", id)["commit"]?.string?.prefix(10))
    for arguments in [["revert", String(id.prefix(12))], ["log", id], ["diff", "HEAD..\(id)"]] {
      try expectRefusal(
        scene.repository, arguments, 2, ["this is an edit", "Commit \(commit) brought it"])
    }
  }
}
