import Checkpoint
import TestSupport
import Testing

@Suite struct ConfigCommandTests {
  @Test("settings are shown with their origin, changed and taken away")
  func settings() throws {
    let scene = try Scene(commits: 0)
    #expect(try scene.lines("config").contains("base = \(scene.model.kit.base)"))
    #expect(try scene.lines("config", "get", "hparams") == [scene.model.kit.hyperparameters])
    try scene.repository("config", "set", "templates", "../templates.json")
    #expect(
      try scene.lines("config", "get", "emend.Templates", "--show-origin")
        == ["\(scene.directory["templates.json"])  (local)"])
    try scene.repository.git()("config", "emend.pushLimit", "12m")
    #expect(try scene.lines("config", "get", "pushlimit") == ["12m"])
    try scene.repository("config", "set", "--shared", "pushlimit", "34m")
    #expect(
      try scene.lines("config", "get", "pushlimit", "--show-origin") == ["12m  (local)"],
      "this machine's own setting counts more than a shared default")
    try scene.repository("config", "unset", "pushlimit")
    #expect(try scene.lines("config", "get", "pushlimit", "--show-origin") == ["34m  (shared)"])
    // A shared change is an operation like any other.
    try scene.repository("undo")
    let none = try scene.repository.emend.run(["config", "get", "pushlimit"])
    #expect(none.ending == .exit(1))
    #expect(
      try scene.lines("config", "list", "--all").contains { $0.hasPrefix("pushlimit has no") })
    #expect(try scene.repository("fsck").outputText.hasPrefix("sound"))
  }

  @Test("what no setting can be is refused: names, values, places")
  func refused() throws {
    let scene = try Scene(commits: 0)
    for (arguments, parts) in [
      (["set", "transprot", "git"], ["no such setting", "Did you mean transport?"]),
      (["set", "transport", "ftp"], ["cannot have this value", "auto, git, libgit2"]),
      (["set", "pushlimit", "12x"], ["cannot have this value", "k, m or g"]),
      (["set", "pushlimit", "0"], ["cannot have this value"]),
      (["set", "hparams", ""], ["cannot have this value", "emend.hparams"]),
      (["set", "--shared", "base", "x"], ["about one machine"]),
      (["get", "nonsense"], ["no such setting"]),
      (
        ["set", "--shared", "require", "eficacy>=1"],
        ["names what nobody measures", "emend.require", "Did you mean efficacy?"]
      ),
      (["set", "--shared", "require", "efficacy=1"], ["a requirement cannot be understood"]),
      (["set", "require", "efficacy>=1"], ["--shared"]),
    ] {
      try expectRefusal(scene.repository, ["config"] + arguments, 2, parts)
    }
    try expectRefusal(scene.repository, ["config", "unset", "cachelimit"], 1, ["has no value"])
    // What plain Git wrote is looked at where it is needed.
    try scene.repository.git()("config", "emend.cachelimit", "1.5g")
    try expectRefusal(
      scene.repository, ["gc"], 2, ["cannot have this value", "emend.cachelimit", "1.5g"])
  }
}
