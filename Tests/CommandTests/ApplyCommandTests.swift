import Checkpoint
import TestSupport
import Testing

@Suite struct ApplyCommandTests {
  @Test("writes a directory, and says its fingerprint and what differs from the base")
  func apply() throws {
    let scene = try Scene()
    let lines = try scene.lines("apply", "--output", "out")
    #expect(lines[0] == "Wrote out: 530.0 kB of weights")
    #expect(lines[1] == "fingerprint \(try scene.repository.fingerprint())")
    #expect(lines.count == 4)
  }

  @Test("a revision, and --dry-run, which writes nothing")
  func dryRun() throws {
    let scene = try Scene()
    let before = try lasting(scene.repository)
    let base = try #require(scene.repository.document("base")["fingerprint"]?.string)
    #expect(
      try scene.lines("apply", "HEAD~2", "--dry-run") == ["fingerprint \(base) (the base itself)"])
    #expect(try lasting(scene.repository) == before)
  }

  @Test(
    "either an output or a dry run",
    arguments: [["apply"], ["apply", "--output", "x", "--dry-run"]])
  func misuse(arguments: [String]) throws {
    let scene = try Scene(commits: 0)
    let outcome = try scene.repository.emend.run(arguments)
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errorText.contains("Give either --output DIR, --adapter DIR or --dry-run"))
  }
}
