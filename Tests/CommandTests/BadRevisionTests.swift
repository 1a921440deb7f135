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
}
