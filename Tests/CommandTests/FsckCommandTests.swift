import Checkpoint
import TestSupport
import Testing

@Suite struct FsckCommandTests {
  @Test("a sound repository: what was looked at, in words and as a document")
  func sound() throws {
    let scene = try Scene()
    let lines = try scene.lines("fsck")
    #expect(lines.count == 1 && lines[0].hasPrefix("sound: 3 commits, 2 edits, "))
    let document = try scene.repository.document("fsck")
    #expect(document["clean"] == .bool(true))
    #expect(document["findings"]?.array?.isEmpty == true)
    #expect((document["verified_bytes"]?.integer ?? 0) > 3000)
  }

  @Test("revisions are verified alone: a range without what its beginning has")
  func revisions() throws {
    let scene = try Scene()
    func counts(_ revisions: String...) throws -> [Int?] {
      let document = try scene.repository.document(["fsck"] + revisions)
      return [document["commits"]?.integer, document["edits"]?.integer]
    }
    #expect(try counts("HEAD") == [3, 2] && counts("HEAD~1") == [2, 1])
    #expect(try counts("HEAD~1..HEAD") == [1, 1] && counts("HEAD..HEAD~1") == [0, 0])
    try expectRefusal(scene.repository, ["fsck", "nothing"], 2, ["nothing"])
    // Damage beside what is looked at is not looked at.
    let tampered = try TamperedTree(scene.repository.gitDirectory, from: "HEAD~1")
    let path = try tampered.path(containing: "/deltas/")
    try tampered.write([1, 2, 3], to: path)
    try tampered.commit(on: "HEAD~1", as: "refs/heads/bad")
    #expect(try counts("HEAD") == [3, 2])
    for arguments in [["fsck"], ["fsck", "main..bad"]] {
      #expect(try scene.repository.emend.run(arguments).ending == .exit(1))
    }
  }
}
