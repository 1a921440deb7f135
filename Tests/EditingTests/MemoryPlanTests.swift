import Checkpoint
import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// What each method is planned to take, from the refusals: a model of three hundred kilobytes shows differences of bytes.
@Suite("Memory that an edit is planned to take")
struct MemoryPlanTests {
  private let scene: TinyEditing
  private var model: DecoderModel { scene.model }
  private var order: Int { model.architecture.innerWidth }
  private var width: Int { model.architecture.width }

  init() throws { scene = try TinyEditing() }

  /// The least limit that is not refused.
  private func needed(
    _ hyperparameters: EditHyperparameters, facts: Int = 0, protecting protected: Int = 0,
    perUpdate bytes: Int = 0
  ) throws -> Int {
    func room(_ limit: Int) throws -> Int {
      try MemoryPlan(limit: limit, model)
        .batchBytes(for: hyperparameters, facts: facts, protecting: protected, perUpdate: bytes)
    }
    let error = #expect(throws: EditingError.self) { try room(0) }
    guard case .notEnoughMemory(let limit, let needed, let work) = error else { return 0 }
    #expect(limit == 0 && work == "edit this model")
    #expect(throws: EditingError.self) { try room(needed - 1) }
    #expect(try room(needed) > 0)
    // What is more than needed goes to requests.
    #expect(try room(needed + 1000) == room(needed) + 1000)
    return needed
  }

  private func memit(_ layers: [Int]) -> MEMITHyperparameters {
    MEMITHyperparameters(
      layers: layers,
      target: TargetSettings(
        gradientSteps: 1, learningRate: 1, weightDecay: 0, clampFactor: 1,
        klFactor: 0), momentWeight: 1)
  }

  @Test("an edited matrix in float32, and a square of the key's length")
  func leastSquares() throws {
    let none = try needed(.mend(MENDSettings()))
    let matrix = 4 * order * width
    let square = 8 * order * order
    #expect(try needed(.memit(memit([1]))) - none == matrix + square)
    #expect(try needed(.memit(memit([1, 2]))) - none == 2 * matrix + square)
  }

  @Test("the factors of one layer, and what the cheaper route to a solve holds")
  func manyFacts() throws {
    let none = try needed(.memit(memit([1, 2])))
    let (few, many) = (order / 8, 3 * order)
    #expect(
      try needed(.memit(memit([1, 2])), facts: few, protecting: 1) - none
        == 8 * ((2 * order + 4 * width) * few + 2 * order * (few + 1) + (few + 1) * (few + 1)))
    #expect(
      try needed(.memit(memit([1, 2])), facts: many) - none
        == 8 * ((2 * order + 4 * width) * many + order * order + order * many))
  }

  @Test("the wider of a layer's solve and of what is done with its update")
  func updates() throws {
    let edit = EditHyperparameters.memit(memit([1, 2, 3]))
    let none = try needed(edit) - 8 * order * order
    let many = 3 * order
    let (factors, solve) = (8 * (2 * order + 4 * width) * many, 8 * (order * order + order * many))
    func beyond(_ bytes: Int) throws -> Int {
      try needed(edit, facts: many, perUpdate: bytes) - none
    }
    let widest = solve + 8 * order * order
    #expect(try beyond(0) == factors + widest)
    #expect(try beyond(widest) == factors + widest)
    #expect(try beyond(widest + 100) == factors + widest + 100)
  }

  @Test("AlphaEdit's eigenvectors come with LAPACK's scratch: three squares")
  func alphaEdit() throws {
    let memit = try needed(.memit(memit([1, 2])))
    let alphaEdit = try needed(
      .alphaEdit(AlphaEditHyperparameters(memit: self.memit([1, 2]), threshold: 1e-3, ridge: 1)))
    #expect(alphaEdit - memit == 2 * 8 * order * order)
  }

  @Test("fine-tuning keeps a tensor seven times over, by what the module has")
  func fineTuning() throws {
    let none = try needed(.mend(MENDSettings()))
    func trained(_ module: String) throws -> Int {
      let json = try JSONValue(
        parsing: Array(
          """
          {"layers": [1, 2], "num_steps": 1, "lr": 0.1, "weight_decay": 0, "kl_factor": 0, \
          "norm_constraint": false, "batch_size": 1, "rewrite_module_tmp": "\(module)"}
          """.utf8), file: "ft.json")
      return try needed(
        EditHyperparameters(of: .ft, json: json, file: "ft.json", for: model.architecture))
    }
    let output = order * width + width
    #expect(try trained("transformer.h.{}.mlp.fc_out") - none == 2 * 28 * output)
    let input = width * order + order
    #expect(try trained("transformer.h.{}.mlp") - none == 2 * 28 * (output + input))
  }

  @Test("a pass over a text has room for its longest document behind a full batch")
  func longDocuments() throws {
    func needed(_ longest: Int) throws -> Int {
      let error = #expect(throws: EditingError.self) {
        try MemoryPlan(limit: 0, model).momentPasses(over: [1, 2], longest: longest)
      }
      guard case .notEnoughMemory(_, let needed, _) = error else { return 0 }
      let passes = try MemoryPlan(limit: needed, model).momentPasses(
        over: [1, 2], longest: longest)
      #expect(passes == [[1], [2]])
      return needed
    }
    let most = model.architecture.positionLimit
    let rows = try needed(most) - needed(0)
    // The rows of its tokens, and the probabilities of 64 queries on the one thread.
    #expect(rows == most * (model.rowBytes + 64 * 4))
    #expect(try needed(most + 1) == needed(most), "documents are cut at the model's context")
  }

  @Test(
    "what a refusal asks for is enough, whether weights are kept widened under that limit or not",
    arguments: [TinyModel.Family.gpt2, .gptj, .qwen2])
  func residency(family: TinyModel.Family) throws {
    let scene = try TinyEditing(family)
    let checkpoint = try CheckpointDirectory(path: scene.tiny.kit.base)
    func room(_ limit: Int) throws -> Int {
      try MemoryPlan(
        limit: limit, DecoderModel(checkpoint, memory: limit, workers: Workers(1))
      ).batchBytes(for: .memit(memit([1])), facts: 1, protecting: 0, perUpdate: 0)
    }
    let error = #expect(throws: EditingError.self) { try room(0) }
    guard case .notEnoughMemory(_, let needed, _) = error else { return }
    #expect(try room(needed) > 0)
    #expect(throws: EditingError.self) { try room(needed - 1) }
  }

  @Test("sums beside the model are refused with what they need")
  func sums() throws {
    let error = #expect(throws: EditingError.self) {
      try MemoryPlan(limit: 1 << 30, model).require(4 << 30)
    }
    guard case .notEnoughMemory(_, let needed, _) = error else { return }
    #expect(needed > 4 << 30)
    try MemoryPlan(limit: needed, model).require(4 << 30)
    #expect(error?.explanation.expected?.hasPrefix("at least 4") == true)
  }
}
