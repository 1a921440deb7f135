import Checkpoint
import TestSupport
import Testing

@Suite struct ReflogCommandTests {
  @Test("says what Git's reflog says, of HEAD and of a branch", arguments: ["HEAD", "main"])
  func reflog(name: String) throws {
    let scene = try Scene()
    try scene.repository("revert", "HEAD~1")
    try scene.repository("reset", "HEAD~1")
    try scene.repository("undo")
    let theirs = try scene.repository.git()(
      "reflog", "show", "--abbrev=12", "--format=%h %gd: %gs", name
    ).lines
    #expect(try scene.lines("reflog", name) == theirs)
    let document = try scene.repository.document("reflog", name)
    #expect(document["entries"]?.array?.count == theirs.count)
    #expect(document["entries"]?.array?.first?["new"]?.string == (try scene.id(name)))
  }

  @Test("a reference that is not there is refused")
  func unknown() throws {
    let scene = try Scene(commits: 0)
    try expectRefusal(
      scene.repository, ["reflog", "mian"], 2, ["there is no such branch", "mian", "main"])
  }
}
