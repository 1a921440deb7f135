import Checkpoint
import Editing
import TestSupport
import Testing

/// What is required of an edit: computed, measured, and refused with the figures. Nothing is recorded then.
@Suite("Gates")
struct GateCommandTests {
  @Test("an edit that does not measure up is refused with the figures; one that does is recorded")
  func commit() throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(.fictional, in: directory)
    let cases = try FactsFile(path: Fixture.path("fictional/facts.json")).cases
    let file = try directory.write(FactLines.encode(Array(cases[0..<3])), to: "facts.jsonl")
    let commit = repository.commitArguments(file) + ["--require"]
    try expectRefusal(
      repository, commit + ["efficacy>=0.95, change < 1%"], 1,
      ["the edit does not measure up", "--require", "change is ", "wanted <1%"])
    try expectRefusal(
      repository, commit + ["efficacy>1"], 1, ["efficacy is 1.0, wanted >1"])
    let document = try repository.document(
      commit + ["efficacy>=95%,efficacy_gain>=0.9,specificity_drop<=0.1,facts>=3,facts<=3"])
    #expect(document["after"]?["efficacy"]?.double == 1)
  }

  @Test("what cannot be understood is misuse, with the closest names")
  func unreadable() throws {
    let scene = try Scene(commits: 0)
    let commit = scene.repository.commitArguments(scene.model.first) + ["--require"]
    try expectRefusal(
      scene.repository, commit + ["eficacy>=0.9"], 2,
      ["names what nobody measures", "'eficacy'", "Did you mean efficacy"])
    for text in ["", "efficacy", "efficacy=1", "efficacy>=", "efficacy>=much", "efficacy>=1,"] {
      try expectRefusal(
        scene.repository, commit + [text], 2, ["a requirement cannot be understood"])
    }
  }

  @Test("what could not be measured keeps no requirement")
  func notMeasured() throws {
    let scene = try Scene(commits: 0)
    try expectRefusal(
      scene.repository,
      scene.repository.commitArguments(scene.model.first) + ["--require", "specificity_drop<=1"], 1,
      ["specificity_drop is not measured"])
  }

  @Test("the repository's rule holds for every command that brings edits")
  func everywhere() throws {
    let scene = try Scene(commits: 1)
    let (repository, stats) = (scene.repository, scene.model.kit.moments)
    try repository("branch", "side")
    try repository("switch", "side")
    try repository.commit(scene.model.second)
    try repository("switch", "main")
    let rule = "facts>=3"
    try require(rule, in: repository)
    let figures = ["the edit does not measure up", "emend.require", "facts is 2, wanted >=3"]
    try expectRefusal(repository, repository.commitArguments(scene.model.second), 1, figures)
    try expectRefusal(repository, ["cherry-pick", "side"], 1, figures)
    // The branch would only move: the two facts that come are too few.
    try expectRefusal(repository, ["merge", "side"], 1, figures)
    try expectRefusal(repository, ["resolve", "--all", "--stats", stats], 1, figures)
    // What is asked for now comes on top.
    try require("facts>=1", in: repository)
    try expectRefusal(
      repository, ["cherry-pick", "side", "--require", rule], 1,
      ["--require", "facts is 2, wanted >=3"])
    // With a commit of its own on either side, both sides' facts are asked: four.
    let third = try scene.directory.write(
      TinyModel.facts([("Rome", "Oslo"), ("Lima", "Bern")]), to: "third.jsonl")
    try repository.commit(third)
    try require(rule, in: repository)
    try repository("merge", "side")
    #expect(try repository.document("facts")["facts"]?.array?.count == 6)
    // Taking out is always allowed; what a revert brings back comes in as by any other command.
    try repository("revert", "HEAD~1")
    try expectRefusal(repository, ["revert", "HEAD"], 1, figures)
  }

  @Test("a tensor that was all zeros changes without bound")
  func zeroTensor() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let tensor = "transformer.h.0.ln_1.bias"
    func rewrite(_ path: String, _ name: String, _ change: (inout UInt8) -> Void) throws {
      var file = try WeightFile(path)
      for place in try file.range(of: name) { change(&file.data[place]) }
      try file.write()
    }
    try rewrite(model.kit.base + "/model.safetensors", tensor) { $0 = 0 }
    let repository = try UserRepository(model.kit, in: directory)
    try repository("apply", "--output", directory["edited"])
    // 1 and a half, in float32.
    var place = 0
    try rewrite(directory["edited"] + "/model.safetensors", tensor) { byte in
      byte = [0, 0, 0xC0, 0x3F][place % 4]
      place += 1
    }
    try expectRefusal(
      repository, ["import", directory["edited"], "--require", "change<=50"], 1,
      ["change is infinite, wanted <=50"])
    let text = try repository("import", directory["edited"]).outputText
    #expect(text.contains(tensor) && !text.contains("of the weight's"))
  }

  @Test("pull obeys the rule that came with it: refused with the figures, and the branch stays")
  func pull() throws {
    let scene = try SharedScene()
    try scene("work", "push", "-u")
    try scene.clone(to: "copy")
    try scene("copy", "reset", "HEAD~1")
    try scene("work", "config", "set", "--shared", "require", "facts>=3")
    try scene("work", "push")
    let before = try scene.head("copy")
    let refused = try scene.emend(in: "copy").run(["pull"])
    #expect(refused.ending == .exit(1))
    for part in ["does not measure up", "emend.require", "facts is 2, wanted >=3"] {
      #expect(refused.errorText.contains(part), "\(refused.errorText)")
    }
    #expect(try scene.head("copy") == before && scene.head("copy", "main") == before)
    // What was fetched stays known, and goes in once the rule lets it.
    #expect(try scene.head("copy", "origin/main") == scene.head("work"))
    try scene("work", "config", "set", "--shared", "require", "facts>=2")
    try scene("work", "push")
    try scene("copy", "pull")
    #expect(try scene.head("copy") == scene.head("work"))
  }

  @Test("imports obey the rule: with facts they are measured, without them nothing is known")
  func imports() throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(.fictional, in: directory)
    let cases = try FactsFile(path: Fixture.path("fictional/facts.json")).cases
    let file = try directory.write(FactLines.encode(Array(cases[0..<2])), to: "facts.jsonl")
    try repository.commit(file)
    try repository("apply", "--output", directory["edited"])
    try repository("undo")
    try require("efficacy>=1,efficacy_gain>=0.5", in: repository)
    try repository("import", directory["edited"], "--facts", file)
    try repository("undo")
    try expectRefusal(
      repository, ["import", directory["edited"]], 1, ["efficacy is not measured"])
    let wrong = try directory.write(FactLines.encode(Array(cases[5..<6])), to: "wrong.jsonl")
    try expectRefusal(
      repository, ["import", directory["edited"], "--facts", wrong], 1, ["efficacy is 0.0"])
  }

  /// Makes a rule for everybody.
  @Test(
    "a rule that plain Git has set for one machine would bind nobody: refused, wherever it stands")
  func ownRule() throws {
    let scene = try Scene(commits: 1)
    let (repository, git) = (scene.repository, try scene.repository.git())
    let commit = repository.commitArguments(scene.model.second)
    try git("config", "emend.require", "facts>=1")
    let words = ["a rule for everybody", "emend.require", "--shared"]
    try expectRefusal(
      repository, commit, 2, words + ["found: local", "emend config unset require"])
    try repository("config", "unset", "require")
    var emend = repository.emend
    emend.environment = [
      "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "emend.require", "GIT_CONFIG_VALUE_0": "x",
    ]
    #expect(try emend.run(commit).errorText.contains("GIT_CONFIG_…"))
    try require("facts>=1", in: repository)
    try repository.commit(scene.model.second)
  }

  private func require(_ rule: String, in repository: UserRepository) throws {
    try repository("config", "set", "--shared", "require", rule)
  }
}
