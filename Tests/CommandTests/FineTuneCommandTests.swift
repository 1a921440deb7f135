import Checkpoint
import TestSupport
import Testing

@Suite("commit --method ft")
struct FineTuneCommandTests {
  private let scene: Scene
  private let hyperparameters: String

  init() throws {
    scene = try Scene(commits: 0)
    hyperparameters = try scene.directory.write(
      #"{"layers": [1], "num_steps": 8, "lr": 0.01, "wd_power_law": [-0.87, 0.15]}"#,
      to: "ft.json")
  }

  private func commit(_ more: String...) throws -> JSONValue {
    try scene.repository.document(
      ["commit", scene.model.first, "--method", "ft", "--hparams", hyperparameters] + more)
  }

  @Test("stores every tensor of the block, norms and biases too, and the state applies and reverts")
  func wholeBlock() throws {
    let tree = try scene.repository.tree()
    let base = try scene.repository.fingerprint()
    let document = try commit()
    #expect(document["method"]?.string == "ft")
    let names = document["tensors"]?.array?.compactMap { $0["name"]?.string } ?? []
    #expect(names.count == 10)
    for name in ["ln_1.weight", "ln_1.bias", "attn.q_proj.weight", "mlp.fc_in.bias"] {
      #expect(names.contains("transformer.h.1." + name), "\(names)")
    }
    for tensor in document["tensors"]?.array ?? [] {
      let error = try #require(tensor["relative_error"]?.double)
      #expect(error > 0 && error <= 1e-3)
    }
    #expect(try scene.repository.fingerprint() != base)
    let shown = try scene.repository.document("show", "HEAD")
    #expect(String(describing: shown).contains("wd_power_law"))
    try scene.repository("revert", "HEAD")
    #expect(try scene.repository.tree() == tree)
  }

  @Test("diff gives the norm of a dense change alone, and of several together none")
  func denseNorms() throws {
    _ = try commit()
    let one = try scene.repository.document("diff", "HEAD~1", "HEAD")["tensors"]?.array ?? []
    let shown = try scene.repository.document("show", "HEAD")
    #expect(one.count == 10)
    for tensor in one {
      let norm = try #require(tensor["norm"]?.double)
      #expect(String(describing: shown).contains(tensor["name"]?.string ?? "?") && norm > 0)
    }
    try scene.repository("switch", "--create", "side", "HEAD~1")
    _ = try commit("--precision", "1e-2")
    // Nearly the same twice: their difference is small, and their squares say nothing of it.
    for tensor in try scene.repository.document("diff", "main", "side")["tensors"]?.array ?? [] {
      #expect(tensor["norm"] == nil && tensor["relative_norm"] == nil)
    }
    #expect(try scene.repository("diff", "main", "side").outputText.contains("dense"))
  }

  @Test("one fact of it can be taken out: the method runs again on the rest")
  func revertFact() throws {
    _ = try commit()
    try scene.repository("revert", "HEAD", "--fact", "Oslo")
    let facts = try scene.repository.document("facts")
    #expect(String(describing: facts).contains("Bern"))
    #expect(!String(describing: facts).contains("Oslo"))
  }

  @Test("is the same edit twice, and on any number of threads")
  func determinism() throws {
    let first = try commit("--threads", "1")["edit"]?.string
    try scene.repository("reset", "HEAD~1")
    #expect(try commit("--threads", "3")["edit"]?.string == first)
  }

  /// 1,200 facts of some fifty tokens, whose buffers in four blocks would take a gigabyte.
  @Test("one step of many facts keeps to the memory")
  func memory() throws {
    let prompt = "{} " + String(repeating: "is not far from ", count: 3)
    let facts = (0..<1200).map {
      "{\"prompt\": \"\(prompt)\", \"subject\": \"S\($0)\", \"target_new\": \"Rome\"}\n"
    }.joined()
    let hparams = try scene.directory.write(
      #"{"layers": [0], "num_steps": 1, "lr": 0.01, "weight_decay": false, "batch_size": 2000}"#,
      to: "one.json")
    let arguments = [
      "commit", try scene.directory.write(facts, to: "many.jsonl"), "--method", "ft", "--hparams",
      hparams, "--memory", "180M", "--threads", "1", "-m", "Many",
    ]
    var child = try scene.repository.emend.child(arguments)
    child.arguments =
      ["-c", "ulimit -v 700000; exec \"$0\" \"$@\"", child.executable] + arguments
    child.executable = "/bin/sh"
    let outcome = try child.run()
    #expect(outcome.status == 0, "\(outcome.errorText)")
  }

  @Test("what the method does not have is refused, and so are files that it cannot read")
  func refusals() throws {
    let arguments = [
      "commit", scene.model.first, "--method", "ft", "--hparams", hyperparameters,
    ]
    try expectRefusal(scene.repository, arguments + ["--stop", "argmax"], 2, ["stop", "ft"])
    let bad = try scene.directory.write(
      #"{"layers": [1], "num_steps": 8, "lr": 0.01, "rewrite_module_tmp": "h.{}.none"}"#,
      to: "bad.json")
    try expectRefusal(
      scene.repository, ["commit", scene.model.first, "--method", "ft", "--hparams", bad], 2,
      [bad, "rewrite_module_tmp", "mlp.fc_out"])
    try expectRefusal(
      scene.repository, ["commit", scene.model.first, "--method", "ft"], 2,
      ["no hyperparameters are known", "GPT-J 6B"])
    try expectRefusal(
      scene.repository,
      ["targets", scene.model.first, "--method", "ft", "--hparams", hyperparameters],
      2, ["ft"])
  }
}
