import Checkpoint
import Editing
import Foundation
import TestSupport
import Testing

@Suite("train mend, and commit --method mend")
struct TrainCommandTests {
  private let scene: Scene
  private let facts: String

  init() throws {
    scene = try Scene(commits: 0)
    let objects = ["Rome", "Lima", "Cork", "Nice"]
    facts = try scene.directory.write(
      (0..<24).map { index in
        #"{"prompt": "{} is in", "subject": "S\#(index)", "target_new": "\#(objects[index % 4])","#
          + #" "target_true": "Asia", "paraphrase_prompts": ["So S\#(index) lies in"],"#
          + #" "neighborhood_prompts": ["T\#(index) is in"]}"# + "\n"
      }.joined(), to: "train.jsonl")
  }

  private func hyperparameters(edits: Int) throws -> String {
    try scene.directory.write(
      #"{"layers": [2, 3], "rank": 8, "lr": 0.001, "edit_lr": -0.001, "lr_lr": 0.0001,"#
        + #" "accumulate_bs": 2, "val_interval": 4, "val_steps": 4, "max_iters": \#(edits)}"#,
      to: "mend.json")
  }

  private func arguments(edits: Int, _ more: String...) throws -> [String] {
    [
      "train", "mend", facts, "--hparams", try hyperparameters(edits: edits), "-o",
      scene.directory["editor.safetensors"],
    ] + more
  }

  private var editor: String { scene.directory["editor.safetensors"] }

  @Test("writes an editor, says how well it does, and commits with it")
  func trainAndCommit() throws {
    let text = try scene.repository(arguments(edits: 24)).outputText
    for part in ["parameters for 4 matrices", "24 edits of 22 facts", "untrained:", "best:"] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    let tree = try scene.repository.tree()
    let document = try scene.repository.document(
      "commit", scene.model.first, "--method", "mend")
    #expect(document["method"]?.string == "mend")
    #expect(document["tensors"]?.array?.count == 4)
    let shown = try String(describing: scene.repository.document("show", "HEAD"))
    #expect(shown.contains("sha256:"), "\(shown)")
    try scene.repository("revert", "HEAD", "--fact", "Oslo")
    try scene.repository("reset", "HEAD~1")
    try scene.repository("revert", "HEAD")
    #expect(try scene.repository.tree() == tree)
  }

  @Test("less memory than a training needs is refused, with how much that is")
  func memory() throws {
    try expectRefusal(
      scene.repository, arguments(edits: 4, "--memory", "64M"), 2,
      ["not enough memory to train an editor of this model", "--memory", "64M", "at least "])
    #expect(!FileManager.default.fileExists(atPath: editor))
  }

  /// The call that dies is one of those that write the state: the number of edits before it is always the same.
  @Test(
    "a killed training goes on from its state, and ends with the same bytes",
    arguments: [FaultyProcess.Fault.kill, .tear])
  func killed(fault: FaultyProcess.Fault) throws {
    let arguments = try self.arguments(edits: 24, "--threads", "1")
    try scene.repository(arguments)
    let expected = try Data(contentsOf: URL(filePath: editor))
    let faulty = try FaultyProcess(
      scene.repository.emend.child(arguments), watching: scene.directory.path)
    let calls = try faulty.run().calls
    let saves = calls.indices.filter {
      calls[$0].hasPrefix("write ") && calls[$0].contains("editor.safetensors.training")
    }
    try #require(saves.count >= 6)
    try FileManager.default.removeItem(atPath: editor)
    let killed = try faulty.run(fault, at: saves[saves.count / 2] + 1)
    #expect(killed.outcome.ending == .signal(SIGKILL), "\(killed.outcome.errorText)")
    #expect(!FileManager.default.fileExists(atPath: editor))
    try #require(FileManager.default.fileExists(atPath: editor + ".training"))
    let document = try scene.repository.document(arguments)
    let resumed = try #require(document["resumed_from"]?.integer)
    #expect(resumed > 0 && resumed < 24)
    #expect(try Data(contentsOf: URL(filePath: editor)) == expected)
    #expect(!FileManager.default.fileExists(atPath: editor + ".training"))
  }

  @Test("an interrupted training of another recipe is in the way until it is thrown away")
  func otherRecipe() throws {
    try scene.directory.write("nothing of a training", to: "editor.safetensors.training")
    try expectRefusal(scene.repository, try arguments(edits: 8), 2, ["editor.safetensors.training"])
    try scene.repository(arguments(edits: 8, "--restart"))
  }

  @Test("an editor of another base, of nothing, or none at all is refused")
  func foreignEditor() throws {
    let commit = ["commit", scene.model.first, "--method", "mend"]
    try expectRefusal(scene.repository, commit, 2, ["MEND needs an editor", "emend train mend"])
    try expectRefusal(
      scene.repository, commit + ["--editor", scene.model.kit.moments], 2,
      [scene.model.kit.moments, "not a whole MEND editor", "format"])
    try scene.repository(arguments(edits: 4))
    let folder = try TemporaryDirectory()
    let other = try UserRepository(TinyModel(.mistral, in: folder).kit, in: folder)
    try expectRefusal(
      other, ["commit", scene.model.first, "--method", "mend", "--editor", editor], 2,
      [editor, "trained for another model", "fingerprint", "expected:"])
    let otherEditor = scene.directory["other.safetensors"]
    try scene.repository("commit", scene.model.first, "--method", "mend", "--editor", editor)
    try scene.repository(
      "train", "mend", facts, "--hparams", hyperparameters(edits: 8), "-o", otherEditor)
    try expectRefusal(
      scene.repository, ["revert", "HEAD", "--fact", "Oslo"], 2,
      [otherEditor, "not the editor that the edit was made with", "mend.editor"])
  }

  @Test("facts that cannot be trained on are refused")
  func badFacts() throws {
    let bare = try scene.directory.write(
      TinyModel.facts([("Oslo", "Rome"), ("Bern", "Lima"), ("Kyiv", "Cork")]), to: "bare.jsonl")
    let options = ["-o", editor, "--hparams", try hyperparameters(edits: 4)]
    try expectRefusal(
      scene.repository, ["train", "mend", bare] + options, 2, [bare, "neighborhood_prompts"])
    try expectRefusal(
      scene.repository, ["train", "mend", facts, "--hold-out", "23"] + options, 2,
      ["too few facts to train on", "found:    1"])
    try expectRefusal(
      scene.repository, ["train", "mend", facts, "--hold-out", "0"] + options, 2, ["--hold-out"])
    let bad = try scene.directory.write(#"{"lr": 0.001, "momentum": 1}"#, to: "bad.json")
    try expectRefusal(
      scene.repository, ["train", "mend", facts, "-o", editor, "--hparams", bad], 2,
      [bad, "momentum"])
  }
}
