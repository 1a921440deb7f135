import Checkpoint
import TestSupport
import Testing

@Suite struct FactsCommandTests {
  @Test("the active facts, with the edit that carries each")
  func list() throws {
    let scene = try Scene()
    let lines = try scene.lines("facts")
    #expect(lines.count == 4)
    #expect(lines.contains { $0.hasSuffix(" Oslo is in → Rome (was Asia)") })
    #expect(try scene.lines("facts", "--at", "HEAD~1").count == 2)
    #expect(try scene.lines("facts", "--at", "HEAD~2") == ["no facts"])
  }

  @Test("--grep looks in subjects, prompts and objects, whatever the case")
  func grep() throws {
    let scene = try Scene()
    #expect(try scene.lines("facts", "--grep", "OSLO").count == 1)
    #expect(try scene.lines("facts", "--grep", "cork").count == 1)
    #expect(try scene.lines("facts", "--grep", "is in").count == 4)
    #expect(try scene.lines("facts", "--grep", "nobody") == ["no facts"])
    let facts = try scene.repository.document("facts", "--grep", "nice")["facts"]?.array ?? []
    #expect(facts.map { $0["fact"]?["subject"]?.string } == ["Graz"])
  }
}
