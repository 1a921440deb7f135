import Checkpoint
import Editing
import Files
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("sweep over the paper's four editors")
struct SweepMethodsTests {
  private let directory: TemporaryDirectory
  private let repository: UserRepository
  private let data: String

  init() throws {
    directory = try TemporaryDirectory()
    repository = try UserRepository(.fictional, in: directory)
    let cases = try FactsFile(path: Fixture.path("fictional/facts.json")).cases
    data = try directory.write(FactLines.encode(Array(cases.prefix(3))), to: "data.jsonl")
    try directory.write(FactLines.encode(Array(cases[40..<52])), to: "train.jsonl")
    // As the authors have it.
    try directory.write(
      #"{"lr_scale": 1.0, "n_toks": 10, "model_name": "gpt2-xl", "counterfact": false, "mini": false, "#
        + #""zsre": false}"#, to: "released.json")
  }

  /// A MEND editor after a few edits: enough to be one.
  private func train(_ name: String, edits: Int, for repository: UserRepository? = nil) throws
    -> String
  {
    let hyperparameters = try directory.write(
      #"{"layers": [6, 7], "rank": 8, "lr": 0.001, "edit_lr": -0.001, "lr_lr": 0.0001, "#
        + #""accumulate_bs": 2, "val_interval": 4, "val_steps": 2, "max_iters": \#(edits)}"#,
      to: "mend.json")
    let path = directory[name]
    try (repository ?? self.repository)(
      "train", "mend", directory["train.jsonl"], "--hparams", hyperparameters, "-o", path)
    return path
  }

  private func arguments(_ editor: String, _ more: String...) -> [String] {
    [
      "sweep", data, "--output", directory["sweep"], "--stats", EditingKit.fictional.moments,
      "--methods", "memit,rome,ft,mend", "--editor", editor, "--parts", "scaling",
      "--hparams", "rome=" + Fixture.path("fictional/hparams_rome.json"),
      "--hparams", "ft=" + Fixture.path("fictional/hparams_ftw.json"),
      "--hparams", "mend=" + directory["released.json"],
    ] + more
  }

  /// When each file of results was written, by the file.
  private func written() throws -> [String: Date] {
    let manager = FileManager.default
    let root = directory["sweep"]
    let files = try manager.subpathsOfDirectory(atPath: root)
    return Dictionary(
      uniqueKeysWithValues: try files.filter {
        $0.contains("/scaling-") && !$0.hasPrefix("unedited/")
      }.map {
        let attributes = try manager.attributesOfItem(atPath: "\(root)/\($0)")
        return ($0, try #require(attributes[.modificationDate] as? Date))
      })
  }

  @Test(
    "all in one command; one that was killed goes on; the paper's n, as far as there are records")
  func fourMethods() throws {
    let editor = try train("editor.safetensors", edits: 8)
    var emend = repository.emend
    // The line that is drawn again and again names what is measured; MEMIT comes before ROME.
    emend.environment["TERM"] = "xterm"
    emend.signal = (SIGKILL, afterWriting: "rome, n =")
    emend.terminals = [.errors]
    let killed = try emend.run(arguments(editor, "--progress"))
    #expect(killed.ending == .signal(SIGKILL), "\(killed.errorText)")
    let early = try written()
    #expect(early.keys.count { $0.hasPrefix("memit/") } == 3 && early.count < 12, "\(early.keys)")
    try repository(arguments(editor))
    let whole = try written()
    #expect(whole.count == 12)
    #expect(try listDirectory(directory["sweep/targets"]).contains("memit"))
    #expect(early.allSatisfy { whole[$0.key] == $0.value }, "what it had was done again")
    // What is missing is done again, and nothing else.
    let missing = ["mend/", "ft/scaling-00002"]
    for file in try written().keys where missing.contains(where: file.hasPrefix) {
      try FileManager.default.removeItem(atPath: directory["sweep/" + file])
    }
    let kept = try written()

    let document = try repository.document(arguments(editor))
    let points = document["scaling"]?.array ?? []
    #expect(
      points.map { $0["method"]?.string }
        == ["memit", "rome", "ft", "mend"].flatMap { [$0, $0, $0] })
    #expect(
      points.map { $0["n"]?.integer } == Array(repeating: [1, 2, 3], count: 4).flatMap { $0 })
    let after = try written()
    #expect(kept.count == 8 && after.count == 12)
    #expect(kept.allSatisfy { after[$0.key] == $0.value }, "what was kept was done again")
    let page = String(
      decoding: try readFile(directory["sweep/index.html"], limit: 1 << 22), as: UTF8.self)
    for method in ["memit", "rome", "ft", "mend"] {
      #expect(page.contains("<span>\(method)</span>"))
    }

    // Another editor gives other results, and so do other values of any method.
    let other = try train("other.safetensors", edits: 12)
    let rome = "rome=" + (try changedROME())
    let usual = "rome=" + Fixture.path("fictional/hparams_rome.json")
    for (changed, parts) in [
      (arguments(other), ["mend/settings.json", "editor", "sha256:"]),
      (
        arguments(editor).map { $0 == usual ? rome : $0 },
        ["rome/settings.json", "v_num_grad_steps"]
      ),
    ] {
      let outcome = try repository.emend.run(changed)
      #expect(outcome.ending == .exit(2))
      for part in parts + ["there are results of other settings"] {
        #expect(outcome.errorText.contains(part), "\(part) in \(outcome.errorText)")
      }
    }
    #expect(try written() == after)
  }

  private func changedROME() throws -> String {
    let text = String(
      decoding: try Fixture.bytes("fictional/hparams_rome.json"), as: UTF8.self)
    let changed = text.replacing(
      try Regex(#""v_num_grad_steps": *[0-9]+"#), with: #""v_num_grad_steps": 7"#)
    #expect(changed != text)
    return try directory.write(changed, to: "rome.json")
  }

  @Test("without an editor, or with one of another base, nothing is run")
  func editors() throws {
    let without = arguments("").filter { !["--editor", ""].contains($0) }
    try expectRefusal(repository, without, 2, ["MEND needs an editor", "emend train mend"])
    let folder = try TemporaryDirectory()
    let other = try UserRepository(TinyModel(.gptj, in: folder).kit, in: folder)
    let hyperparameters = try folder.write(
      #"{"layers": [2], "rank": 4, "max_iters": 2, "accumulate_bs": 2}"#, to: "mend.json")
    let foreign = folder["foreign.safetensors"]
    try other(
      "train", "mend", directory["train.jsonl"], "--hparams", hyperparameters, "-o", foreign)
    try expectRefusal(
      repository, arguments(foreign), 2,
      [foreign, "trained for another model", "fingerprint", "expected:"])
  }
}
