import Checkpoint
import TestSupport
import Testing

@Suite struct BranchCommandTests {
  @Test("lists, makes, renames and deletes")
  func branches() throws {
    let scene = try Scene()
    let (one, two) = (try scene.short("HEAD~1"), try scene.short("HEAD"))
    #expect(try scene.lines("branch") == ["* main \(two)"])
    #expect(try scene.lines("branch", "old", "HEAD~1") == ["* main \(two)", "  old \(one)"])
    #expect(
      try scene.lines("branch", "--move", "old", "older") == ["* main \(two)", "  older \(one)"])
    #expect(try scene.lines("branch", "--delete", "older") == ["* main \(two)"])
    let branches = try scene.repository.document("branch")["branches"]?.array ?? []
    #expect(branches.map { $0["name"]?.string } == ["main"])
    #expect(branches[0]["current"] == .bool(true))
  }

  @Test("what would lose commits, or the branch one is on, is refused")
  func refused() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side")
    try scene.repository.commit(scene.model.second)
    try scene.repository("switch", "main")
    try expectRefusal(
      scene.repository, ["branch", "--delete", "side"], 1,
      ["commits that HEAD does not have", "-D"])
    try expectRefusal(scene.repository, ["branch", "-D", "main"], 1, ["HEAD is on this branch"])
    try expectRefusal(
      scene.repository, ["branch", "side"], 1, ["there is a branch of this name already"])
    try expectRefusal(scene.repository, ["branch", "a..b"], 2, ["Git does not allow this name"])
    try expectRefusal(scene.repository, ["branch", "-d", "sdie"], 2, ["no such branch", "side"])
    try scene.repository("branch", "-D", "side")
  }
}
