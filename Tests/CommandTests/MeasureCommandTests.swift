import Checkpoint
import TestSupport
import Testing

@Suite struct MeasureCommandTests {
  @Test(
    "figures, who measured and with which version become a line of the note; nothing else changes")
  func note() throws {
    let scene = try Scene()
    let commit = try scene.id("HEAD")
    let document = try scene.repository.document("measure")
    #expect(document["facts"]?.integer == 4 && document["commit"]?.string == commit)
    #expect(document["measured"]?["efficacy"]?.double != nil)
    let line = try #require(document["note"]?.string)
    #expect(
      line.hasPrefix("measured 2026-01-02T03:04:06+00:00 by Carl Committer <carl@example.org>"))
    #expect(line.contains("with emend ") && line.contains("efficacy ") && line.contains(" of 4"))
    #expect(try scene.id("HEAD") == commit)
    // Plain Git shows it, and a second measurement comes behind it.
    #expect(try git(scene, "log", "--notes=emend", "-1").contains(line))
    try scene.repository("measure", "HEAD", "--facts", scene.model.first)
    let note = try git(scene, "notes", "--ref=emend", "show", "HEAD").split(separator: "\n")
    #expect(note.count == 2 && note[0] == line && note[1].contains(": facts "))
    let text = try scene.repository(["measure"]).outputText
    #expect(text.contains("4 facts asked, noted in refs/notes/emend") && text.contains("now"))
  }

  private func git(_ scene: Scene, _ arguments: String...) throws -> String {
    try scene.repository.git().run(arguments).output
  }

  @Test("log shows notes when asked")
  func log() throws {
    let scene = try Scene()
    try scene.repository("measure", "HEAD~1")
    #expect(!(try scene.repository(["log"]).outputText.contains("Notes (emend):")))
    let text = try scene.repository(["log", "--notes"]).outputText
    #expect(text.contains("Notes (emend):\n    measured "))
    let commits = try scene.repository.document("log", "--notes")["commits"]?.array ?? []
    #expect(commits.map { $0["note"]?.string == nil } == [true, false, true])
  }

  @Test("a commit without facts has nothing to ask")
  func nothing() throws {
    let scene = try Scene(commits: 0)
    try expectRefusal(
      scene.repository, ["measure"], 1, ["no edit that is active now", "HEAD"])
  }
}
