import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// ENCORE's rule, on the model of the invented world.
@Suite("Targets that stop once the new object is the most probable")
struct ArgmaxStopTests {
  private let model: DecoderModel
  private let head: LanguageModelHead

  init() throws {
    model = try ReferenceRequests.model()
    head = try LanguageModelHead(model)
  }

  private func targets(
    _ requests: [RequestTokens], _ stop: StopRule, steps: Int = 25
  ) throws -> [Target] {
    var values = ReferenceRequests.hyperparameters
    values.target.gradientSteps = steps
    return try TargetOptimiser(model, values.objective, stop: stop).targets(
      for: requests.enumerated().map { ("request \($0)", $1) }, progress: NoProgress())
  }

  /// Whether a model with δ added at the subject says the object first, token by token: whole sequences, one
  /// context after the other.
  private func saysFirst(_ request: RequestTokens, with change: [Float]) throws -> [Bool] {
    let layer = ReferenceRequests.hyperparameters.objective.layer
    return try request.rows.map { row in
      var tree = TokenTree()
      let path = tree.insert(row.tokens + request.target.dropLast())
      let pass = try ForwardPass(model, tree)
      try pass.run(through: layer, of: model)
      let subject = pass.hidden.row(Int(path[row.lookup]))
      for (i, value) in change.enumerated() { subject[i] += value }
      let output = try pass.output(
        at: request.target.indices.map { path[row.tokens.count - 1 + $0] }, of: model)
      return request.target.enumerated().allSatisfy { place, token in
        let logits = head.logits(of: output, row: place)
        return logits.firstIndex(of: logits.max() ?? 0) == Int(token)
      }
    }
  }

  @Test("they end at the first step at which every context has it first, if the loss is no sooner")
  func stops() throws {
    let requests = try ReferenceRequests(16).requests
    let byLoss = try targets(requests, .loss)
    let byRule = try targets(requests, .argmax)
    var earlier = 0
    for (index, request) in requests.enumerated() {
      let (steps, most) = (byRule[index].steps.count, byLoss[index].steps.count)
      #expect(steps <= most, "request \(index)")
      guard steps < most else { continue }
      earlier += 1
      #expect(byRule[index].steps[steps - 1].loss >= TargetObjective.lossThreshold)
      #expect(
        try saysFirst(request, with: byRule[index].change).allSatisfy { $0 }, "request \(index)")
      // A run that is one step shorter ends with the δ before.
      let before = try targets([request], .loss, steps: steps - 1)[0]
      #expect(before.steps.count == steps - 1)
      #expect(
        try saysFirst(request, with: before.change).contains(false), "request \(index)")
    }
    #expect(earlier >= 8, "\(earlier) of 16")
  }
}
