import Checkpoint
import Foundation
import TestSupport
import Testing

/// What an edit is computed with cannot be used.
@Suite("Settings that commit refuses")
struct BadSettingsTests {
  private let directory: TemporaryDirectory
  private let model: TinyModel
  private let repository: UserRepository

  init() throws {
    directory = try TemporaryDirectory()
    model = try TinyModel(in: directory)
    repository = try UserRepository(model.kit, in: directory)
  }

  private func refuse(_ option: String, _ file: String, _ parts: String...) throws {
    let arguments =
      option == "--stats" ? commit(stats: file) : commit(stats: model.kit.moments) + [option, file]
    try expectRefusal(repository, arguments, 2, [file] + parts)
  }

  private func commit(stats file: String) -> [String] {
    ["commit", model.first, "--stats", file, "-m", "Facts"]
  }

  @Test(
    "hyperparameters: the key is named",
    arguments: [
      (
        "\"kl_factor\": 0.0625", "\"kl_facter\": 0.0625",
        ["kl_facter", "an unknown key", "kl_factor"]
      ),
      (
        "\"kl_factor\": 0.0625", "\"kl_factor\": 0.0625, \"momentum\": 1",
        ["momentum", "unknown key"]
      ),
      ("\"v_lr\": 0.5", "\"v_lr\": \"fast\"", ["v_lr", "a number"]),
      ("\"v_num_grad_steps\": 4", "\"v_num_grad_steps\": 4.5", ["v_num_grad_steps", "4.5"]),
      ("\"v_num_grad_steps\": 4", "\"v_num_grad_steps\": 0", ["v_num_grad_steps", "found:    0"]),
      ("[1, 2]", "[1, 4]", ["layers", "[1,4]", "below 4"]),
      ("[1, 2]", "[2, 1]", ["layers", "[2,1]", "ascending"]),
      ("[1, 2]", "[]", ["layers", "ascending"]),
      ("\"v_loss_layer\": 3", "\"v_loss_layer\": 2", ["v_loss_layer", "found:    2", "3"]),
      (
        "\"v_loss_layer\": 3", "\"v_loss_layer\": \"3\"",
        ["v_loss_layer", "found:    \"3\"", "3, the last block"]
      ),
      ("subject_last", "last", ["fact_token", "subject_last"]),
      (
        "\"v_lr\": 0.5", "\"v_lr\": 0.5, \"rewrite_module_tmp\": \"transformer.h.{}.mlp.fc_in\"",
        ["rewrite_module_tmp", "fc_in", "transformer.h.{}.mlp.fc_out, which memit edits"]
      ),
      ("\"v_lr\": 0.5", "\"v_lr\": 0.5, \"alg_name\": \"ROME\"", ["alg_name", "ROME", "memit"]),
      ("\"mom2_update_weight\": 1", "\"mom2_update_weight\": -1", ["mom2_update_weight", "-1"]),
    ])
  func hyperparameters(old: String, new: String, parts: [String]) throws {
    let file = try directory.write(
      TinyModel.hyperparameters.replacing(old, with: new), to: "bad.json")
    try expectRefusal(
      repository, repository.commitArguments(model.first) + ["--hparams", file], 2,
      [file, "bad hyperparameter"] + parts)
  }

  @Test("hyperparameters that are no JSON object")
  func hyperparametersForm() throws {
    try refuse("--hparams", directory.write("[1, 2]", to: "list.json"), "JSON object")
    try refuse("--hparams", directory.write("{\"layers\": [1, 2", to: "cut.json"))
    try refuse("--hparams", directory["none.json"])
    try refuse("--hparams", directory.write("{\"v_lr\": 1e999}", to: "big.json"), "out of range")
  }

  @Test("without a file, a model that nobody published settings for")
  func noPreset() throws {
    let folder = try TemporaryDirectory()
    let kit = try TinyModel(in: folder).kit
    let other = try UserRepository(kit, in: folder, .toBeMade)
    try other("init", "--base", kit.base, "--templates", kit.templates)
    try expectRefusal(
      other, other.commitArguments(model.first), 2,
      ["no hyperparameters are known for this model", "GPT-J 6B", "--hparams"])
  }

  @Test("context templates: one without {}, two of them, none at all, the bare prompt later")
  func templates() throws {
    try refuse(
      "--templates", directory.write("[[\"{}\"], [\"So it is.\"]]", to: "t1.json"),
      "exactly one {}",
      "So it is.")
    try refuse("--templates", directory.write("[[\"{} {}\"]]", to: "t2.json"), "exactly one {}")
    try refuse("--templates", directory.write("[]", to: "t3.json"))
    try refuse(
      "--templates", directory.write("[[\"So. {}\"], [\"{}\"]]", to: "t5.json"),
      "the first context template is not the bare prompt", "So. {}")
    try refuse("--templates", directory.write("{\"a\": 1}", to: "t4.json"), "list of lists")
    try refuse("--templates", directory.write("[[\"{}\", 1]]", to: "t6.json"), "list of lists")
    try refuse(
      "--templates", directory.write("[[\"{}\"],\n", to: "t7.json"), "ends too early", "line 2")
  }

  @Test("second moments: of another model, of other layers, cut short, not positive definite, none")
  func moments() throws {
    try refuse(
      "--stats", Fixture.path("reference/memit/cov.safetensors"), "second moments", "cov.1")
    func file(_ layers: [Int], _ value: (Int) -> Double) throws -> String {
      try directory.write(
        TinySafetensors.file(
          layers.map {
            TinySafetensors.Tensor(
              "cov.\($0)", .float32, [192, 192],
              (0..<192 * 192).map { $0 % 193 == 0 ? value($0) : 0 })
          }), to: "m\(layers).safetensors")
    }
    try refuse("--stats", file([1, 3]) { _ in 1 }, "cov.2", "no such tensor")
    let cut = try file([1, 2]) { _ in 1 }
    truncateFile(cut)
    try refuse("--stats", cut, "data_offsets")
    try refuse("--stats", file([0, 1, 2]) { _ in .nan }, "are not all finite", "cov.1", "NaN")
    let singular = try file([0, 1, 2]) { $0 == 0 ? -1 : 1 }
    try expectRefusal(
      repository, commit(stats: singular), 2,
      ["the second moment is not positive definite", "layer 1"])
    try expectRefusal(
      repository, ["commit", model.first], 2, ["there are no second moments", "emend stats"])
  }

  private func truncateFile(_ path: String) {
    let handle = FileHandle(forUpdatingAtPath: path)
    try? handle?.truncate(atOffset: 100_000)
    try? handle?.close()
  }

  @Test("a corpus without text, and one that is not there")
  func corpus() throws {
    let empty = try directory.write("\n\n\n", to: "empty.txt")
    try expectRefusal(
      repository, ["stats", "--corpus", empty], 2, ["the corpus holds no text", empty])
    try expectRefusal(
      repository, ["stats", "--corpus", directory["none.txt"]], 2, ["none.txt"])
  }

  @Test(
    "numbers out of range are misuse",
    arguments: [
      ["--precision", "0"], ["--precision", "1.5"], ["--precision", "nan"], ["--threads", "0"],
      ["--memory", "x"], ["--seed", "-1"], ["--stop", "soon"],
    ])
  func options(option: [String]) throws {
    let outcome = try repository.emend.run(repository.commitArguments(model.first) + option)
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errorText.contains(option[0]))
  }

  @Test("nobody says who commits: refused before anything is computed, with git's own words for it")
  func noIdentity() throws {
    var emend = repository.emend
    for name in [
      "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL",
    ] {
      emend.environment[name] = ""
    }
    let outcome = try emend.run(repository.commitArguments(model.first) + ["--progress"])
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errorText.contains("git config"))
    #expect(try repository.git()("rev-list", "--count", "HEAD").lines == ["1"])
  }

  @Test("a file that only a setting names and that has gone is told with the setting")
  func goneSettings() throws {
    let given = ["--hparams", model.kit.hyperparameters]
    for (name, given) in [("hparams", []), ("templates", given)] {
      try repository("config", "set", name, "gone.json")
      try expectRefusal(
        repository, commit(stats: model.kit.moments) + given, 2,
        [
          "the file that a setting names is not there", "emend.\(name)",
          "emend config set \(name) FILE",
        ])
      try repository("config", "unset", name)
    }
  }
}
