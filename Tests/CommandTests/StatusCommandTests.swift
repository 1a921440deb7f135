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
