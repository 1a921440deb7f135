import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// Weights below an edit that are damaged, and settings beyond all numbers: the fact and the step are named.
@Suite("A loss that becomes NaN")
struct LossNotFiniteTests {
  private let scene: TinyEditing
  private let facts: [Fact]
  private let templates: ContextTemplates
  private let moments: SecondMoments

  init() throws {
    scene = try TinyEditing()
    facts = try ["Oslo", "Bern", "Kyiv"].map {
      try Fact(
        prompt: PromptTemplate("{} is in"), subject: $0, targetNew: "Rome", targetTrue: "Asia")
    }
    templates = try ContextTemplates(groups: [["{}"]])
    let order = scene.model.architecture.innerWidth
    let matrix = Matrix<Double>(rows: order, columns: order) {
      $0 == $1 ? ($0 < order / 2 ? 1e-6 : 1) : 0
    }
    moments = SecondMoments(matrices: [1: matrix, 2: matrix], tokenCount: 1, documentCount: 1)
  }

  private func hyperparameters(decay: Double) -> MEMITHyperparameters {
    MEMITHyperparameters(
      layers: [1, 2],
      target: TargetSettings(
        gradientSteps: 6, learningRate: 1, weightDecay: decay, clampFactor: 1e6,
        klFactor: 0.0625), momentWeight: 1)
  }

  /// The three editors that optimise targets.
  private func editors(_ model: DecoderModel, decay: Double) -> [any Editor] {
    let values = hyperparameters(decay: decay)
    return [
      MEMITEditor(model, scene.tokenizer, values, templates, moments),
      MEMITEditor(
        model, scene.tokenizer, values, templates, moments,
        preserving: .nullSpace(threshold: 1e-3, ridge: 1)),
      ROMEEditor(
        model, scene.tokenizer,
        ROMEHyperparameters(
          layer: 1,
          target: TargetSettings(
            gradientSteps: 6, learningRate: 1, weightDecay: decay, clampFactor: 1e6,
            klFactor: 0.0625)), templates, moments),
    ]
  }

  private func expectRefusal(_ editor: any Editor, fact: Fact, step: Int) {
    let error = #expect(throws: EditingError.self) {
      // What an edit finds would fill the screen.
      _ = try editor.edit(EditBatch(facts), progress: NoProgress())
    }
    #expect(error == .lossNotFinite(fact: fact.title, .step(step)))
    let said = error?.explanation
    #expect(said?.field == fact.title)
    #expect(said?.found == "at step \(step)")
  }

  /// The model with an embedding of a token that is no number.
  private func damaged(_ text: String) throws -> DecoderModel {
    let architecture = scene.model.architecture
    let table = FloatRows(try scene.model.matrix(named: architecture.tokenEmbedding))
    let token = try #require(scene.tokenizer.encode(text).first)
    table.row(Int(token))[3] = .nan
    return scene.model.replacing([architecture.tokenEmbedding: table])
  }

  @Test("an embedding that is no number: the one fact that uses it, at the first step")
  func damagedEmbedding() throws {
    let damaged = try damaged("y")
    for editor in editors(damaged, decay: 0) {
      expectRefusal(editor, fact: facts[2], step: 1)
    }
  }

  @Test("MEND asks the model as it is: no step and no epoch is named")
  func damagedBeforeTraining() throws {
    let cases = try TinyEditing.cases(6)
    var values = MENDHyperparameters(layers: [2, 3])
    values.rank = 8
    let error = #expect(throws: EditingError.self) {
      _ = try MENDTrainer(
        damaged("S"), scene.tokenizer, values, training: cases, validation: cases, file: "facts",
        plan: MemoryPlan(limit: 1 << 30, scene.model), progress: NoProgress())
    }
    #expect(error == .lossNotFinite(fact: cases[0].fact.title, .beforeEdit))
    #expect(error?.explanation.found == "before any edit")
    #expect(error?.explanation.remedy?.contains("lr") == false)
  }

  @Test("a decay that carries the loss beyond all numbers: the first fact, at the second step")
  func hugeDecay() {
    for editor in editors(scene.model, decay: 1e38) {
      expectRefusal(editor, fact: facts[0], step: 2)
    }
  }
}
