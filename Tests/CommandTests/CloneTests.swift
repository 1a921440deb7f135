import Foundation
import TestSupport
import Testing

/// Git's own commands on a repository with real edits in it (I5).
@Suite("Plain Git on an edited repository (I5)")
struct CloneTests {
  private let directory: TemporaryDirectory
  private let model: TinyModel
  private let repository: UserRepository

  init() throws {
    directory = try TemporaryDirectory()
    model = try TinyModel(in: directory)
    repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
    try repository.commit(model.second)
    try repository("revert", "HEAD~1")
  }

  @Test(
    "a clone materialises to the same fingerprint once it is told where the base is",
    arguments: [["--bare"], []])
  func clone(options: [String]) throws {
    let expected = try repository.fingerprint()
    let git = try repository.git()
    let made = try git.run(
      ["clone", "--quiet", "--no-local"] + options + [repository.gitDirectory, directory["clone"]])
    #expect(made.status == 0, "\(made.errors)")
    let emend = EmendProcess(in: directory["clone"])
    let named = ["--repo", directory["clone"]]
    let unknown = try emend.run(["apply", "--dry-run"] + named)
    #expect(unknown.ending == .exit(2))
    #expect(unknown.errorText.contains("emend base set DIR"))
    #expect(try emend.run(["base", "set", model.kit.base] + named).ending == .exit(0))
    let applied = try emend.run(["apply", "--dry-run"] + named)
    #expect(applied.outputText.contains(expected), "\(applied.errorText)")
    #expect(try emend.run(["fsck"] + named).ending == .exit(0))
    // A clone with a working tree would be left behind by what is written.
    let reverted = try emend.run(["revert", "HEAD"] + named)
    #expect(reverted.ending == .exit(options.isEmpty ? 2 : 0), "\(reverted.errorText)")
  }

  @Test("git fsck --strict is silent, before and after git gc, and emend goes on")
  func housekeeping() throws {
    let git = try repository.git()
    #expect(try git.complaints() == "")
    let (tree, fingerprint) = try (repository.tree(), repository.fingerprint())
    try git("gc", "--quiet", "--aggressive", "--prune=now")
    #expect(try git.complaints() == "")
    #expect(try repository.tree() == tree)
    #expect(try repository.fingerprint() == fingerprint)
    #expect(try repository("fsck").outputText.hasPrefix("sound"))
    // What was taken back can still be brought back.
    try repository("undo")
    try repository("revert", "HEAD~1")
    #expect(try repository.tree() == tree)
    try repository.commit(model.clash)
    #expect(try git.complaints() == "")
  }

  @Test("git log --stat, --grep and the trailers show what was done")
  func log() throws {
    let git = try repository.git()
    let stat = try git("log", "--stat=200", "--format=%s", "main").output
    #expect(stat.contains("/facts.jsonl") && stat.contains("edit.json"))
    #expect(stat.contains("Bin 0 ->"))
    #expect(try git("log", "--format=%s", "--grep", "Emend-Drops").lines == ["Revert \"Facts\""])
    let facts = try git("show", "HEAD~1", "--", ":(glob)**/facts.jsonl").output
    #expect(facts.contains("Kyiv") && facts.contains("Cork"))
  }
}
