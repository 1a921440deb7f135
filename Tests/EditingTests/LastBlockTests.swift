import Checkpoint
import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// What follows the last block reads each token alone.
@Suite("Targets at the last block's output")
struct LastBlockTests {
  private let scene: TinyEditing
  private let templates: ContextTemplates
  private let moments = SecondMoments(matrices: [:], tokenCount: 0, documentCount: 0)
  private let inside, atEnd: Fact

  init() throws {
    scene = try TinyEditing()
    templates = try ContextTemplates(groups: [["{}"], ["So. {}"]])
    inside = try Fact(prompt: PromptTemplate("{} is in"), subject: "Oslo", targetNew: "Rome")
    atEnd = try Fact(
      prompt: PromptTemplate("The way to {}"), subject: "Oslo", targetNew: "Rome")
  }

  private func memit(_ layers: [Int]) -> MEMITEditor {
    let target = TargetSettings(
      gradientSteps: 2, learningRate: 1, weightDecay: 0, clampFactor: 1, klFactor: 0)
    return MEMITEditor(
      scene.model, scene.tokenizer,
      MEMITHyperparameters(layers: layers, target: target, momentWeight: 1), templates, moments)
  }

  private func rome(_ layer: Int) throws -> ROMEEditor {
    let json = try JSONValue(
      parsing: Array(
        """
        {"layers": [\(layer)], "fact_token": "subject_last", "v_num_grad_steps": 2, "v_lr": 0.5,
         "v_loss_layer": 3, "v_weight_decay": 0.1, "clamp_norm_factor": 2, "kl_factor": 0.1,
         "mom2_adjustment": false, "context_template_length_params": [[5, 1]]}
        """.utf8), file: "rome.json")
    return ROMEEditor(
      scene.model, scene.tokenizer,
      try ROMEHyperparameters(json: json, file: "rome.json", layerCount: 4), templates, moments)
  }

  @Test("are refused where the prompt goes on behind the subject: nothing could pull them")
  func refused() throws {
    let editors: [any Editor] = [memit([1, 3]), try rome(3)]
    for editor in editors {
      try editor.check([atEnd])
      let error = #expect(throws: EditingError.self) { try editor.check([atEnd, inside]) }
      #expect(error == .lastBlock(fact: inside.title, layer: 3))
    }
    let others: [any Editor] = [memit([1, 2]), try rome(2)]
    for editor in others { try editor.check([atEnd, inside]) }
    #expect(throws: EditingError.self) {
      try memit([3]).edit(EditBatch([inside]), progress: NoProgress())
    }
  }

  @Test("are found where it ends with the subject")
  func found() throws {
    let request = try RequestTokens(atEnd, templates, scene.tokenizer, positionLimit: 64)
    let settings = TargetSettings(
      gradientSteps: 3, learningRate: 0.5, weightDecay: 0, clampFactor: 1, klFactor: 0)
    let objective = MEMITHyperparameters(layers: [3], target: settings, momentWeight: 1).objective
    let target = try TargetOptimiser(scene.model, objective)
      .targets(for: [("the fact", request)], progress: NoProgress())[0]
    #expect(target.change.contains { $0 != 0 })
    let losses = target.steps.map { $0.negativeLogLikelihood }
    let (first, last) = (try #require(losses.first), try #require(losses.last))
    #expect(last < first)
  }
}
