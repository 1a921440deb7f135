import Diagnostics
import Editing
import TestSupport
import Testing
import Transformer

/// Batches of targets under a limit, on a tiny model: one character is a token.
@Suite("What is optimised together")
struct TargetBatchTests {
  private let scene: TinyEditing
  private let templates: ContextTemplates

  init() throws {
    scene = try TinyEditing()
    templates = try ContextTemplates(groups: [["{}", "So. {}"]])
  }

  private func hyperparameters(_ bytes: Int) -> MEMITHyperparameters {
    var values = MEMITHyperparameters(
      layers: [1],
      target: TargetSettings(
        gradientSteps: 1, learningRate: 0.1, weightDecay: 0.1, clampFactor: 2, klFactor: 0.0625),
      momentWeight: 1)
    values.batchBytes = bytes
    return values
  }

  private func groups(_ prompts: [String]) throws -> [RequestGroup] {
    try prompts.enumerated().map { index, prompt in
      let fact = try Fact(
        prompt: PromptTemplate(prompt), subject: "S\(index)x", targetNew: "Rome")
      return RequestGroup(
        name: fact.subject,
        requests: [try RequestTokens(fact, templates, scene.tokenizer, positionLimit: 64)],
        keyWeights: templates.keyWeights)
    }
  }

  /// The different beginnings of all texts that are run: each is a token in the buffers of a block.
  private func tokens(_ groups: ArraySlice<RequestGroup>) -> Int {
    var beginnings: Set<[Int32]> = []
    for request in groups.flatMap(\.requests) {
      for text in request.rows.map({ $0.tokens + request.target.dropLast() }) {
        for end in text.indices { beginnings.insert(Array(text[...end])) }
      }
    }
    return beginnings.count
  }

  @Test("a batch fits with all its tokens in one block, those before the subject included")
  func longBeginnings() throws {
    let groups = try groups((0..<12).map { "In the \($0)th of all years of men, {} is in" })
    let most = tokens(groups[0..<3]) * scene.model.rowBytes * 5 / 4
    let batches = TargetOptimiser(scene.model, hyperparameters(most).objective).batches(of: groups)
    #expect(batches.flatMap { Array($0) } == Array(groups.indices))
    #expect(batches.count > 2)
    for batch in batches { #expect(tokens(groups[batch]) * scene.model.rowBytes <= most) }
    let all = TargetOptimiser(scene.model, hyperparameters(1 << 30).objective)
    #expect(all.batches(of: groups) == [0..<12])
  }

  @Test("what all of them begin with is there once")
  func sharedBeginnings() throws {
    let text = "In the land of milk and honey, "
    let shared = try groups((0..<4).map { "\(text){} is by \($0)" })
    let other = try groups((0..<4).map { "\($0)\(text.dropFirst()){} is by \($0)" })
    func least(_ groups: [RequestGroup]) -> Int {
      var (low, high) = (0, 1 << 24)
      while high - low > 1 {
        let middle = (low + high) / 2
        let batches = TargetOptimiser(scene.model, hyperparameters(middle).objective)
          .batches(of: groups)
        if batches.count == 1 { high = middle } else { low = middle }
      }
      return high
    }
    #expect(least(other) - least(shared) > 2 * text.count * scene.model.rowBytes)
  }

  @Test("a target at the last block is refused, but where the subject ends the prompt")
  func lastBlock() throws {
    var values = hyperparameters(1 << 30)
    values.layers = [scene.model.architecture.layerCount - 1]
    let editor = MEMITEditor(
      scene.model, scene.tokenizer, values, templates,
      SecondMoments(matrices: [:], tokenCount: 0, documentCount: 0))
    func fact(_ prompt: String) throws -> Fact {
      try Fact(prompt: PromptTemplate(prompt), subject: "Oslo", targetNew: "Rome")
    }
    let error = #expect(throws: EditingError.self) { try editor.check([fact("{} is in")]) }
    guard case .lastBlock(_, layer: values.layers[0]) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try editor.check([fact("In the land of {}")])
  }

  @Test("facts that share a target are not cut: what does not fit is refused, with what is missing")
  func sharedTarget() throws {
    let facts = try (0..<20).map {
      try Fact(prompt: PromptTemplate("{} is by the \($0)"), subject: "Oslo", targetNew: "Rome")
    }
    func find(_ bytes: Int, _ sameSubject: SameSubject = .merge) throws -> Int {
      try MEMITEditor(
        scene.model, scene.tokenizer, hyperparameters(bytes), templates,
        SecondMoments(matrices: [:], tokenCount: 0, documentCount: 0),
        sameSubject: sameSubject
      ).findTargets(of: facts, share: 0, of: 1, progress: NoProgress(), whenKept: {})
    }
    let room = 1 << 20
    let error = #expect(throws: EditingError.self) { try find(room) }
    guard case .noRoomForTarget(let fact, 20, let missing) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(fact.contains("Oslo"))
    #expect(throws: EditingError.self) { try find(room + missing - 1) }
    #expect(try find(room + missing) == 1)
    #expect(try find(room, .separate) == 20)
  }
}
