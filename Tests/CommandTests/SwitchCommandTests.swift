import Checkpoint
import TestSupport
import Testing

@Suite struct SwitchCommandTests {
  @Test("goes to a branch, makes one, or to a commit")
  func switches() throws {
    let scene = try Scene()
    #expect(try scene.lines("switch", "--create", "side", "HEAD~1")[0] == "On branch side")
    #expect(try scene.lines("facts").count == 2)
    #expect(try scene.repository.document("switch", "main")["branch"]?.string == "main")
    #expect(try scene.lines("facts").count == 4)
    let commit = try scene.short("HEAD~2")
    #expect(try scene.lines("switch", "--detach", "HEAD~2")[0] == "HEAD detached at \(commit)")
  }

  @Test("an unknown branch is refused with the nearest name, a commit with how to go there")
  func unknown() throws {
    let scene = try Scene(commits: 1)
    try expectRefusal(
      scene.repository, ["switch", "mian"], 2, ["there is no such branch", "Did you mean main"])
    try expectRefusal(scene.repository, ["switch", "HEAD~1"], 2, ["there is no such branch"])
  }

  @Test("a branch that cannot be made is not gone to")
  func taken() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("branch", "side")
    try expectRefusal(
      scene.repository, ["switch", "--create", "side"], 1, ["of this name already"])
    #expect(try scene.lines("status")[0] == "On branch main")
  }
}
