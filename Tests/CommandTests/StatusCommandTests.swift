import Checkpoint
import TestSupport
import Testing

@Suite struct StatusCommandTests {
  @Test("branch, commit, active edits and base")
  func status() throws {
    let scene = try Scene()
    let lines = try scene.lines("status")
    #expect(lines[0] == "On branch main")
    #expect(lines[1] == "  \(try scene.short("HEAD")) Two")
    #expect(lines[2].hasPrefix("Active: 2 edits, 4 facts, 2 tensors changed, "))
    #expect(lines[4] == "  at \(scene.model.kit.base)")
    let document = try scene.repository.document("status")
    #expect(document["commit"]?.string == (try scene.id("HEAD")))
    #expect(document["edits"]?.integer == 2 && document["facts"]?.integer == 4)
    #expect(document["base_state"]?.string == "present")
  }

  @Test("a detached HEAD says so")
  func detached() throws {
    let scene = try Scene()
    try scene.repository("switch", "--detach", "HEAD~1")
    #expect(try scene.lines("status")[0] == "HEAD detached at \(try scene.short("HEAD"))")
    #expect(try scene.repository.document("status")["branch"]?.string == nil)
  }

  @Test("what the branch follows is counted, and a search under way is said")
  func upstream() throws {
    let scene = try SharedScene()
    func lines() throws -> [String] {
      try scene("work", "status").outputText.split(separator: "\n").map(String.init)
    }
    #expect(try lines()[2].hasPrefix("Active: "), "a branch that follows nothing")
    try scene("work", "push", "-u")
    #expect(try lines()[2] == "  origin/main: up to date")
    try scene("work", "revert", "HEAD")
    #expect(try lines()[2] == "  origin/main: 1 commit ahead")
    try scene("work", "push")
    try scene("work", "reset", "HEAD~2")
    #expect(try lines()[2] == "  origin/main: 2 commits behind")
    try scene("work", "revert", "HEAD")
    let document = try scene.document("work", "status")
    #expect(document["upstream"]?.string == "origin/main" && document["bisecting"] == .bool(false))
    #expect(document["ahead"]?.integer == 1 && document["behind"]?.integer == 2)
    try scene("work", "bisect", "start", "origin/main", "origin/main~3")
    #expect(try lines()[3].hasPrefix("Bisecting: "))
    #expect(try scene.document("work", "status")["bisecting"] == .bool(true))
  }

  @Test("found from a directory below, by --repo and by EMEND_DIR")
  func elsewhere() throws {
    let scene = try Scene(commits: 0)
    try scene.directory.write("", to: "work/a/b/file")
    let below = EmendProcess(in: scene.directory["work/a/b"])
    #expect(try below.run(["status"]).ending == .exit(0))
    var above = EmendProcess(in: scene.directory.path)
    #expect(try above.run(["status"]).ending == .exit(2))
    #expect(try above.run(["status", "--repo", "work"]).ending == .exit(0))
    #expect(try above.run(["status", "--repo", "work/.emend"]).ending == .exit(0))
    above.environment["EMEND_DIR"] = "work"
    #expect(try above.run(["status"]).ending == .exit(0))
  }
}
