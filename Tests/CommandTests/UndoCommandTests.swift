import Checkpoint
import TestSupport
import Testing

@Suite struct UndoCommandTests {
  @Test("takes back one command after the other, redo brings them again, and both say which")
  func undo() throws {
    let scene = try Scene()
    let trees = try ["HEAD~2", "HEAD~1", "HEAD"].map { try scene.id($0 + "^{tree}") }
    #expect(try scene.lines("undo")[0].contains("commit: Two"))
    #expect(try scene.repository.tree() == trees[1])
    #expect(try scene.lines("undo")[0].contains("commit: One"))
    #expect(try scene.repository.tree() == trees[0])
    try expectRefusal(scene.repository, ["undo"], 1, ["there is no operation to take back"])
    #expect(try scene.lines("redo")[0].contains("One"))
    try scene.repository("redo")
    #expect(try scene.repository.tree() == trees[2])
    try expectRefusal(scene.repository, ["redo"], 1, ["no operation to take back"])
  }

  @Test("what a fetch saw and has since been seen again is passed over, not said to be taken back")
  func fetchedAgain() throws {
    let scene = try SharedScene(commits: 1)
    try scene("work", "push")
    let git = try scene.repository.git()
    try git("update-ref", "-d", "refs/remotes/origin/main")
    try scene("work", "fetch")
    try git("update-ref", "refs/remotes/origin/main", "main~1")
    let said = try scene("work", "undo").outputText
    #expect(said.contains("commit: One") && !said.contains("fetch"), "\(said)")
    try expectRefusal(scene.repository, ["undo"], 1, ["no operation to take back"])
  }

  @Test("op log says of each what it was, the latest first, and what was taken back")
  func log() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("branch", "side")
    try scene.repository("tag", "v1")
    try scene.repository("switch", "side")
    try scene.repository("undo")
    let lines = try scene.lines("op", "log")
    let expected = [
      "undo: switch", "switch", "tag: create v1", "branch: create side", "commit: One",
    ]
    #expect(lines.count == expected.count)
    for (line, part) in zip(lines, expected) { #expect(line.contains(part), "\(part) in \(line)") }
    #expect(lines[1].hasSuffix("(taken back)"))
    #expect(try scene.lines("op", "log", "-n", "2") == Array(lines.prefix(2)))
    #expect(try scene.lines("op", "log", "-1") == Array(lines.prefix(1)))
    #expect(try scene.repository("op", "log", "-n", "0").outputText.isEmpty)
    let operations = try scene.repository.document("op", "log")["operations"]?.array ?? []
    #expect(operations.map { $0["undone"] == .bool(true) } == [false, true, false, false, false])
    // What was just taken back is undone, as the log has it from then on.
    for command in ["redo", "undo"] {
      let taken = try scene.repository.document(command)["operations"]?.array ?? []
      #expect(taken.map { $0["undone"] } == [.bool(true)], "\(command)")
    }
  }
}
