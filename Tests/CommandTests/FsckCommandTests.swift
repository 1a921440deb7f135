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
}
