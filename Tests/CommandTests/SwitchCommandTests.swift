import Checkpoint
import TestSupport
import Testing

@Suite struct SwitchCommandTests {
  @Test("a branch that is made and gone to is one operation, which undo takes back")
  func createIsOne() throws {
    let scene = try Scene()
    try scene.repository("switch", "-c", "side", "HEAD~1")
    #expect(try scene.lines("branch", "--show-current") == ["side"])
    try scene.repository("undo")
    #expect(try scene.lines("branch").map { String($0.prefix(6)) } == ["* main"])
  }

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
    try scene.repository("tag", "v1")
    for name in ["HEAD~1", "v1"] {
      try expectRefusal(
        scene.repository, ["switch", name], 2,
        ["a branch is wanted", "emend switch --detach \(name)"])
    }
  }

  @Test("a branch that one remote has is made here and follows it; of several, one has to be named")
  func fromRemote() throws {
    let scene = try SharedScene(commits: 1)
    try scene("work", "push", "-u")
    try scene("work", "switch", "--create", "side")
    try scene.commit(scene.model.second, in: "work", message: "Side")
    try scene("work", "push", "-u")
    try scene.clone(to: "mine")
    try scene("mine", "switch", "side")
    // One operation: back on the other branch, and this one is not there.
    try scene("mine", "undo")
    let git = try ReferenceGit(scene.directory["mine/.emend"])
    #expect(
      try git("for-each-ref", "--format=%(refname) %(HEAD)", "refs/heads").lines == [
        "refs/heads/main *"
      ])
    try scene("mine", "redo")
    #expect(
      try git("rev-parse", "side", "HEAD").lines == git("rev-parse", "origin/side", "side").lines)
    #expect(try git("symbolic-ref", "HEAD").lines == ["refs/heads/side"])
    #expect(try git("rev-parse", "--abbrev-ref", "side@{upstream}").lines == ["origin/side"])
    try scene("mine", "switch", "main")
    try scene("mine", "branch", "--delete", "--force", "side")
    // From then on revisions of the name would mean the tag, as where the branch is made by `branch`.
    try scene("mine", "tag", "side")
    let taken = try scene.emend(in: "mine").run(["switch", "side"])
    #expect(taken.ending == .exit(1))
    #expect(taken.errorText.contains("there is a tag of this name already"), "\(taken.errorText)")
    try scene("mine", "tag", "--delete", "side")
    try scene("mine", "remote", "add", "backup", scene.hub)
    try scene("mine", "fetch", "backup")
    let outcome = try scene.emend(in: "mine").run(["switch", "side"])
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errorText.contains("backup, origin"), "\(outcome.errorText)")
    #expect(outcome.errorText.contains("emend switch --create side"))
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
