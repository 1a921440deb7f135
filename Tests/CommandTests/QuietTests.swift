import Checkpoint
import TestSupport
import Testing

@Suite struct QuietTests {
  @Test("-q leaves out what was done, as in Git, and shows what was asked for")
  func quiet() throws {
    let scene = try SharedScene(commits: 1)
    let facts = scene.model.second
    let kit = scene.model.kit
    let acting: [[String]] = [
      ["commit", facts, "--stats", kit.moments, "-m", "Two"], ["branch", "side"],
      ["switch", "side"], ["switch", "main"], ["tag", "v1"], ["undo"], ["redo"],
      ["reset", "HEAD~1"], ["merge", "side"], ["revert", "HEAD"], ["cherry-pick", "side"],
      ["push", "-u", "origin", "main"], ["fetch"], ["pull"],
      ["remote", "set-url", "origin", scene.host.address("hub.git")],
      ["config", "set", "--shared", "require", "facts>=1"],
      ["config", "unset", "--shared", "require"],
      ["apply", "--output", "edited"], ["gc"], ["cache", "clear"], ["base", "set", kit.base],
    ]
    for arguments in acting {
      let outcome = try scene.emend(in: "work").run(arguments + ["-q"])
      #expect(outcome.ending == .exit(0), "\(arguments): \(outcome.errorText)")
      #expect(outcome.outputText + outcome.errorText == "", "\(arguments)")
    }
    for arguments in [
      ["log"], ["status"], ["branch"], ["tag", "--list", "--", "v*"], ["diff", "HEAD~1"],
      ["remote", "-v"], ["facts"], ["fsck"], ["apply", "--dry-run"],
    ] {
      let loud = try scene.emend(in: "work").run(arguments)
      let quiet = try scene.emend(in: "work").run([arguments[0], "-q"] + arguments.dropFirst())
      #expect(loud.ending == .exit(0) && quiet.outputText == loud.outputText, "\(arguments)")
    }
  }

  @Test("what it warns of is said all the same, and --json writes its document")
  func warnings() throws {
    let scene = try Scene(commits: 0)
    let text = try scene.directory.write("Oslo is in Rome\n", to: "corpus.txt")
    let lines = try scene.lines("stats", "--corpus", text, "-q")
    #expect(lines.count == 1 && lines[0].hasPrefix("few tokens"), "\(lines)")
    let document = try scene.repository.document("branch", "side", "-q")
    #expect(document["branches"]?.array?.count == 2)
  }
}
