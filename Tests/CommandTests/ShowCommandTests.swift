import Checkpoint
import TestSupport
import Testing

@Suite struct ShowCommandTests {
  @Test("what a commit says, changed and measured")
  func text() throws {
    let scene = try Scene()
    let text = try scene.repository("show", "HEAD~1").outputText
    for part in [
      "commit \(try scene.id("HEAD~1"))", "    One\n", "+ edit ", " memit, 2 facts, ",
      "probability of the new object", "transformer.h.2.mlp.fc_out.weight",
      "Oslo is in → Rome (was Asia)",
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(!text.contains("\n\n\n"))
  }

  @Test("a revert shows what it took, the beginning shows the base")
  func revert() throws {
    let scene = try Scene()
    try scene.repository("revert", "HEAD~1")
    #expect(try scene.repository("show").outputText.contains("- edit "))
    #expect(try scene.repository("show", "HEAD~3").outputText.contains("emend: start from base"))
  }

  @Test("the document holds the manifest as it is stored, and a note if there is one")
  func document() throws {
    let scene = try Scene()
    let git = try scene.repository.git()
    try git("notes", "--ref=emend", "add", "-m", "looked at", "HEAD")
    let document = try scene.repository.document("show")
    #expect(document["note"]?.string == "looked at\n")
    let change = try #require(document["changes"]?.array?.first)
    let edit = try #require(change["edit"]?.string)
    let stored = try git("show", "HEAD:edits/\(edit.prefix(2))/\(edit.dropFirst(2))/edit.json")
      .output
    #expect(change["manifest"]?.string == stored)
    #expect(change["facts"]?.array?.count == 2)
    let text = try scene.repository("show").outputText
    #expect(text.contains("\n\nNotes (emend):\n    looked at\n\n+ edit "), "\(text)")
  }

  @Test("a file goes to a program byte by byte, whatever it holds")
  func bytes() throws {
    let scene = try Scene(commits: 1)
    let git = try scene.repository.git()
    let names = try git("ls-tree", "-r", "--name-only", "HEAD").lines
    let payload = try #require(names.first { $0.contains("/deltas/") })
    for name in [payload] + names.filter({ $0.hasSuffix("facts.jsonl") }) {
      let outcome = try scene.repository.emend.run(["show", "HEAD:" + name])
      let theirs = try git("rev-parse", "HEAD:" + name).lines
      #expect(outcome.ending == .exit(0))
      let written = try scene.directory.write(outcome.output, to: "out")
      #expect(try git("hash-object", "--no-filters", written).lines == theirs, "\(name)")
    }
  }
}
