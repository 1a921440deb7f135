import Checkpoint
import Foundation
import TestSupport
import Testing

@Suite struct BaseCommandTests {
  @Test("shows what is known of the base")
  func shows() throws {
    let scene = try Scene(commits: 0)
    let lines = try scene.lines("base")
    #expect(lines.count == 4)
    #expect(lines[3] == "directory    \(scene.model.kit.base)")
    let document = try scene.repository.document("base")
    #expect(document["path"]?.string == scene.model.kit.base)
    #expect(document["tensors"]?.integer == 45)
  }

  @Test("a copy can take the base's place, named relative to where the command is called")
  func copy() throws {
    let scene = try Scene(commits: 1)
    let before = try scene.repository.fingerprint()
    try FileManager.default.copyItem(atPath: scene.model.kit.base, toPath: scene.directory["copy"])
    try scene.repository("base", "set", "../copy")
    #expect(try scene.repository.document("base")["path"]?.string == scene.directory["copy"])
    #expect(try scene.repository.fingerprint() == before)
  }
}
