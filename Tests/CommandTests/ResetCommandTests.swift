import Checkpoint
import TestSupport
import Testing

@Suite struct ResetCommandTests {
  @Test("moves the branch, and undo takes it back")
  func reset() throws {
    let scene = try Scene()
    let (one, two) = (try scene.id("HEAD~1"), try scene.id("HEAD"))
    #expect(try scene.repository.document("reset", "HEAD~1")["commit"]?.string == one)
    #expect(try scene.id("main") == one)
    try scene.repository("undo")
    #expect(try scene.id("main") == two)
  }
}
