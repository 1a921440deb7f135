import Checkpoint
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Fine-tuning's hyperparameters")
struct FineTuneHyperparametersTests {
  private static func model() throws -> ModelArchitecture {
    try DecoderModel(
      CheckpointDirectory(path: Fixture.path("families/gptj")), workers: Workers(1)
    ).architecture
  }

  private func read(_ text: String) throws -> FineTuneHyperparameters {
    try FineTuneHyperparameters(
      json: JSONValue(parsing: Array(text.utf8), file: "ft.json"), file: "ft.json",
      for: Self.model())
  }

  @Test("the authors' files, FT-L's and FT-W's")
  func authorsFiles() throws {
    let constrained = try FineTuneHyperparameters(
      json: JSONValue(
        parsing: Fixture.bytes("fictional/hparams_ft.json"), file: "hparams_ft.json"),
      file: "hparams_ft.json",
      for: DecoderModel(
        CheckpointDirectory(path: Fixture.path("fictional/model")), workers: Workers(1)
      ).architecture)
    #expect(constrained.layers == [3])
    #expect(constrained.normConstraint == 0.02)
    #expect(constrained.decay == .fixed(0))
    #expect(constrained.loss == .autoregressive)
    let decaying = try read(
      #"{"layers": [1], "num_steps": 25, "lr": 5e-4, "weight_decay": false, "norm_constraint": false,"#
        + #" "wd_power_law": [-0.87028798, 0.15589562], "rewrite_module_tmp": "transformer.h.{}"}"#)
    #expect(decaying.decay == .published)
    #expect(decaying.normConstraint == nil)
  }

  @Test("the power law: 1.169 for one fact, 3.86e-4 for ten thousand")
  func powerLaw() {
    let law = FineTuneHyperparameters.Decay.published
    #expect(abs(law.value(facts: 1) - 1.1687) < 1e-3)
    #expect(abs(law.value(facts: 10_000) - 3.86e-4) < 1e-6)
  }

  @Test("what is written down reads back the same")
  func roundTrip() throws {
    var values = FineTuneHyperparameters(
      layers: [1, 2], module: "transformer.h.{}.mlp", epochs: 7, learningRate: 1e-3,
      decay: .published, normConstraint: 0.5, batchSize: 3, loss: .bagOfTokens, shuffleSeed: 11)
    for decay in [FineTuneHyperparameters.Decay.published, .fixed(0.25), .fixed(0)] {
      values.decay = decay
      let json = JSONValue.object(JSONObject(values.json))
      #expect(try FineTuneHyperparameters(json: json, file: "x", for: Self.model()) == values)
    }
  }

  @Test("a module names the tensors of its own block and of no other")
  func modules() throws {
    let model = try Self.model()
    var values = try read(#"{"layers": [2], "num_steps": 1, "lr": 0.1}"#)
    #expect(values.tensors(of: model) == model.blocks[2].tensors)
    #expect(values.module == "transformer.h.{}")
    values.module = FineTuneHyperparameters.outputProjection(of: model)
    #expect(values.module == "transformer.h.{}.mlp.fc_out")
    #expect(
      values.tensors(of: model)
        == ["transformer.h.2.mlp.fc_out.weight", "transformer.h.2.mlp.fc_out.bias"])
    values.module = "h.{}.attn"
    #expect(values.tensors(of: model).count == 4)
    values.module = "transformer.h"
    #expect(values.tensors(of: model) == model.blocks[2].tensors)
    values.module = "transformer.h.{}.mlp.fc"
    #expect(values.tensors(of: model).isEmpty)
  }

  @Test(
    "nonsense is refused by name",
    arguments: [
      (#""lr": 0"#, "lr"), (#""lr": "fast""#, "lr"), (#""num_steps": 0"#, "num_steps"),
      (#""layers": [4]"#, "layers"), (#""layers": []"#, "layers"),
      (#""wd_power_law": [1]"#, "wd_power_law"), (#""wd_power_law": "law""#, "wd_power_law"),
      (#""weight_decay": 0.1, "wd_power_law": [-1, 1]"#, "weight_decay"),
      (#""weight_decay": -1"#, "weight_decay"), (#""norm_constraint": -1"#, "norm_constraint"),
      (#""batch_size": 0"#, "batch_size"), (#""loss": "sum""#, "loss"),
      (#""rewrite_module_tmp": "transformer.h.{}.mlp.c_proj""#, "rewrite_module_tmp"),
      (#""momentum": 0.9"#, "momentum"), (#""shuffle_seed": -3"#, "shuffle_seed"),
    ])
  func refusals(member: String, key: String) throws {
    let defaults = [#""layers": [1]"#, #""num_steps": 2"#, #""lr": 0.1"#].filter {
      !member.contains($0.prefix { $0 != ":" })
    }
    let text = "{" + (defaults + [member]).joined(separator: ", ") + "}"
    do {
      _ = try read(text)
      Issue.record("\(text) was taken")
    } catch EditingError.badHyperparameter(let file, let found, _, _) {
      #expect(file == "ft.json" && found == key)
    }
  }
}
