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

  @Test("a measurement is an operation like any other, which undo takes back")
  func undone() throws {
    let scene = try Scene()
    try scene.repository("measure")
    let first = try git(scene, "notes", "--ref=emend", "show", "HEAD")
    try scene.repository("measure", "HEAD~1")
    #expect(try scene.lines("op", "log", "-n1")[0].contains("measure: "))
    try scene.repository("undo")
    #expect(try git(scene, "notes", "--ref=emend", "list").split(separator: "\n").count == 1)
    #expect(try git(scene, "notes", "--ref=emend", "show", "HEAD") == first)
    try scene.repository("undo")
    #expect(try git(scene, "notes", "--ref=emend", "list").isEmpty)
    #expect(try scene.lines("log", "-n1", "--oneline")[0].hasSuffix("Two"))
    #expect(try scene.repository("fsck").outputText.hasPrefix("sound"))
  }

  @Test("whoever measured may have a comma in the name: the audit reads the note all the same")
  func name() throws {
    let scene = try Scene()
    var emend = scene.repository.emend
    emend.environment["GIT_COMMITTER_NAME"] = "Doe, Jane: the second"
    #expect(try emend.run(["measure"]).ending == .exit(0))
    let note = try git(scene, "notes", "--ref=emend", "show", "HEAD")
    let figure = try #require(note.split(separator: ", ").first { $0.hasPrefix("probability ") })
    let false_ = note.replacing(figure, with: "probability 0.5 of 4")
    #expect(false_ != note)
    _ = try git(scene, "notes", "--ref=emend", "add", "-f", "-m", false_, "HEAD")
    let audit = try scene.repository.emend.run(["audit", "HEAD~1..HEAD"])
    #expect(audit.ending == .exit(1) && audit.outputText.contains("probability"))
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
      scene.repository, ["measure"], 1, ["no fact is active at this commit", "HEAD"])
  }

  @Test("a limit of memory that asking does not fit into is refused, whoever asks")
  func memory() throws {
    let scene = try Scene()
    let asking = [
      ["measure"], ["audit"], ["generate", "Oslo is in"],
      ["generate", "Oslo is in", "--next", "2"],
      ["bisect", "ask", "--prompt", "Oslo is in", "--expect", "Rome"],
      ["diff", "HEAD~1", "HEAD", "--prompts", scene.model.first],
    ]
    for arguments in asking {
      try expectRefusal(
        scene.repository, arguments + ["--memory", "64M"], 2,
        ["not enough memory to measure this model", "--memory", "found:    64M"])
    }
  }
}
