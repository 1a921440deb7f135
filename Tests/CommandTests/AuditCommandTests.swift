import Checkpoint
import TestSupport
import Testing

@Suite struct AuditCommandTests {
  private func audit(_ scene: Scene, _ arguments: String...) -> [String] {
    ["audit", "--stats", scene.model.kit.moments] + arguments
  }

  @Test("a verdict a commit, the latest first, and a last line that says it all")
  func screen() throws {
    let scene = try Scene()
    let outcome = try scene.repository.emend.run(audit(scene))
    #expect(outcome.ending == .exit(0), "\(outcome.outputText)\(outcome.errorText)")
    let lines = outcome.outputText.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("commit"))
    #expect(lines[1].hasPrefix(try scene.short("HEAD")) && lines[1].contains("clean"))
    #expect(lines.last == "CLEAN: 3 commits: 3 clean")
    let full = try scene.repository(audit(scene, "HEAD~1..HEAD", "-v")).outputText
    #expect(full.contains("proof: proven") && full.contains("Two"))
    #expect(!full.contains("One"))
  }

  @Test("a change of a tensor that is zero in the base has a norm, and no share of the base's")
  func growthFromZero() throws {
    let scene = try Scene(commits: 0)
    let tensor = "transformer.h.1.mlp.fc_out.bias"
    var weights = try WeightFile(scene.model.kit.base + "/model.safetensors")
    let range = try weights.range(of: tensor)
    weights.data.replaceSubrange(range, with: repeatElement(0, count: range.count))
    try weights.write()
    let repository = try UserRepository(scene.model.kit, in: TemporaryDirectory())
    let hparams = try scene.directory.write(
      #"{"layers": [1], "num_steps": 2, "lr": 0.01, "rewrite_module_tmp": "transformer.h.{}.mlp.fc_out"}"#,
      to: "ft.json")
    try repository("commit", scene.model.first, "--method", "ft", "--hparams", hparams)
    let document = try repository.document("audit")
    let growth = try #require(
      document["growth"]?.array?.first { $0["tensor"]?.string == tensor })
    #expect((growth["norm"]?.double ?? 0) > 0 && growth["relative_norm"] == nil)
    for arguments in [["audit"], ["audit", "-v"]] {
      #expect(try repository(arguments).outputText.contains(", where the base is zero"))
    }
    let page = scene.directory["audit.html"]
    try repository("audit", "--html", page)
  }

  @Test("--json has the documented members, and --against finds no difference with itself")
  func json() throws {
    let scene = try Scene()
    let document = try scene.repository.document(audit(scene))
    #expect(document["verdict"]?.string == "clean")
    #expect(document["counts"]?["clean"]?.integer == 3)
    #expect(document["base"]?["is_verified"] == .bool(true))
    let commit = document["commits"]?.array?.first
    #expect(commit?["commit"]?.string == (try scene.id("HEAD")))
    #expect(commit?["weights"]?["recorded"] == commit?["weights"]?["found"])
    let layer = commit?["edits"]?.array?.first?["proof"]?["layers"]?.array?.first
    for member in ["outside", "outside_limit", "action", "action_limit", "directions"] {
      #expect(layer?[member] != nil, "\(member)")
    }
    let whole = try scene.repository(audit(scene, "--json")).output
    let file = try scene.directory.write(whole, to: "earlier.json")
    let text = try scene.repository(audit(scene, "--against", file)).outputText
    #expect(text.contains("no difference"))
    let less = try scene.repository.document(audit(scene, "HEAD~1", "--against", file))
    #expect(less["comparison"]?["missing"]?.array?.count == 1)
  }

  @Test("an unsigned commit fails where signatures are asked for; a missing base is said")
  func refusals() throws {
    let scene = try Scene(commits: 1)
    let unsigned = try scene.repository.emend.run(audit(scene, "--require-signed"))
    #expect(unsigned.ending == .exit(1))
    #expect(unsigned.outputText.contains("not signed by an allowed key"))
    #expect(unsigned.outputText.contains("FAILED: 2 commits: 2 failed"))
    let page = scene.directory["audit.html"]
    try scene.repository(audit(scene, "--html", page))
    #expect(try contents(of: scene.directory.path)["/audit.html"] != nil)
    // Where the page cannot be written, nothing is read or run before that is said.
    let early = try scene.repository.emend.run(["audit", "--html", "no/a.html", "--against", "no"])
    #expect(early.outputText.isEmpty && early.errorText.contains("no/a.html"))

    let bare = try scene.repository.emend.run(["audit"])
    #expect(bare.ending == .exit(0))
    #expect(bare.outputText.contains("NOT CHECKED") && bare.outputText.contains("--stats"))
    #expect(try scene.repository.emend.run(["audit", "--strict"]).ending == .exit(1))

    let config = try ReferenceGit(scene.repository.gitDirectory)
    for name in try config("config", "--name-only", "--get-regexp", "^emend\\.base").lines {
      try config("config", name, scene.directory["nowhere"])
    }
    let blind = try scene.repository.emend.run(audit(scene))
    #expect(blind.ending == .exit(0))
    #expect(blind.outputText.contains("base: not verified"))
    #expect(blind.outputText.contains("not checked: effects, completeness"))
  }

  @Test("a range without commits is not clean: nothing was looked at")
  func emptyRange() throws {
    let scene = try Scene(commits: 1)
    let empty = try scene.repository.emend.run(audit(scene, "HEAD..HEAD~1"))
    #expect(empty.ending == .exit(0) && empty.outputText.contains("NOT CHECKED"))
    #expect(empty.outputText.contains("the range has no commits"))
    #expect(
      try scene.repository.emend.run(audit(scene, "HEAD..HEAD", "--strict")).ending == .exit(1))
  }

  @Test("a note that cannot be read is a finding of its own: the proof goes on")
  func unreadableNote() throws {
    let scene = try Scene(commits: 1)
    let git = try scene.repository.git()
    let entry = "100644 blob \(String(repeating: "1", count: 40))\t\(try scene.id("HEAD"))\n"
    let tree = try #require(git.run(["mktree", "--missing"], input: Array(entry.utf8)).lines.first)
    let commit = try #require(git("commit-tree", tree, "-m", "Notes").lines.first)
    try git("update-ref", "refs/notes/emend", commit)
    let outcome = try scene.repository.emend.run(audit(scene, "HEAD~1..HEAD", "-v"))
    #expect(outcome.ending == .exit(1))
    #expect(outcome.outputText.contains("proof: proven"), "\(outcome.outputText)")
    #expect(!outcome.outputText.contains("the model could not be run"))
  }

  @Test("files that cannot be used are misuse")
  func misuse() throws {
    let scene = try Scene(commits: 1)
    let missing = scene.directory["missing.json"]
    for option in ["--against", "--probes", "--prompts", "--text", "--stats"] {
      let outcome = try scene.repository.emend.run(["audit", option, missing])
      #expect(outcome.ending == .exit(2), "\(option)")
      #expect(outcome.errorText.contains("missing.json"))
    }
    let noAudit = try scene.directory.write("{\"data\": {}}", to: "no.json")
    let outcome = try scene.repository.emend.run(audit(scene, "--against", noAudit))
    #expect(outcome.ending == .exit(2) && outcome.errorText.contains("this is no audit"))
    #expect(try scene.repository.emend.run(["audit", "nothing"]).ending == .exit(2))
  }
}
