import Checkpoint
import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Targets against the authors' program")
struct ReferenceTargetTests {
  let model: DecoderModel

  init() throws {
    model = try DecoderModel(
      CheckpointDirectory(path: Fixture.path("fictional/model")), workers: Workers(2))
  }

  @Test("one request: losses and deltas step by step, the target at the end")
  func oneRequestStepByStep() throws {
    let reference = try ReferenceRequests(1)
    let target = try TargetOptimiser(model, ReferenceRequests.hyperparameters)
      .targets(for: [("request 0", reference.requests[0])], progress: NoProgress())[0]
    let steps = try reference.reference.matrix("request0.steps")
    for step in 0..<min(target.steps.count, steps.rows) {
      print(
        step, target.steps[step].loss, steps[step, 0], target.steps[step].divergence,
        steps[step, 2], target.steps[step].probability, steps[step, 4])
    }
    let zs = try reference.reference.matrix("zs")
    print(cosine(target.vector.map(Double.init), zs.column(0)), target.steps.count, steps.rows)
  }

  @Test("sixteen requests: the same stops, targets by cosine")
  func sixteenRequests() throws {
    let reference = try ReferenceRequests(16)
    let targets = try TargetOptimiser(model, ReferenceRequests.hyperparameters)
      .targets(for: reference.requests.enumerated().map { ("\($0)", $1) }, progress: NoProgress())
    let zs = try reference.reference.matrix("zs")
    for (index, target) in targets.enumerated() {
      let steps = try reference.reference.matrix("request\(index).steps")
      print(
        index, cosine(target.vector.map(Double.init), zs.column(index)), target.steps.count,
        steps.rows, target.steps.last!.loss, steps[steps.rows - 1, 0])
    }
  }

  func cosine(_ a: [Double], _ b: [Double]) -> Double {
    let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    return dot / (a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }
}
