import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// Their runs are in float32 with other kernels than ours, and Adam divides each coordinate of a gradient by
/// the size of its own history, so that rounding grows from step to step. The bounds are some twenty times
/// what was measured with kernels for SSE3, AVX2 and AVX-512: 5e-6 on losses, 5e-7 on δ, 1e-12 on 1 − cosine.
@Suite("Targets against the authors' program")
struct ReferenceTargetTests {
  let model: DecoderModel

  init() throws { model = try ReferenceRequests.model() }

  private func optimiser(
    steps: Int = 25, work: TargetWork = .suffixesTogether
  ) -> TargetOptimiser {
    var hyperparameters = ReferenceRequests.hyperparameters
    hyperparameters.target.gradientSteps = steps
    return TargetOptimiser(model, hyperparameters.objective, work: work)
  }

  private func targets(
    _ reference: ReferenceRequests, steps: Int = 25, work: TargetWork = .suffixesTogether
  ) throws -> [Target] {
    try optimiser(steps: steps, work: work).targets(
      for: reference.requests.enumerated().map { ("request \($0)", $1) }, progress: NoProgress())
  }

  @Test("one request: loss and its parts, step by step")
  func lossesStepByStep() throws {
    let reference = try ReferenceRequests(1)
    let target = try targets(reference)[0]
    let steps = try reference.reference.matrix("request0.steps")
    #expect(target.steps.count == steps.rows)
    for (index, step) in target.steps.enumerated() {
      let found = [
        step.loss, step.negativeLogLikelihood, step.divergence, step.decay, step.probability,
      ].map(Double.init)
      // Parts are measured in units of the loss: the KL term is a sum of differences that nearly cancel.
      let scales = [steps[index, 0], steps[index, 0], steps[index, 0], steps[index, 0], 1]
      for column in 0..<5 {
        let gap = abs(found[column] - steps[index, column]) / scales[column]
        #expect(gap < 1e-4, "step \(index), column \(column)")
      }
    }
  }

  @Test("one request: δ itself, step by step, and the target at the end")
  func changesStepByStep() throws {
    let reference = try ReferenceRequests(1)
    let deltas = try reference.reference.matrix("request0.deltas")
    for step in 2...12 {
      // A run of k steps ends with the δ that the k-th loss was taken at.
      let found = try targets(reference, steps: step)[0].change.map(Double.init)
      #expect(relativeDistance(found, deltas.row(step - 1)) < 1e-5, "step \(step)")
    }
    let target = try targets(reference)[0]
    let found = target.change.map(Double.init)
    #expect(relativeDistance(found, deltas.row(24)) < 1e-4)
    let z = try reference.reference.matrix("zs").column(0)
    #expect(cosine(target.vector.map(Double.init), z) > 0.999_999)
    let start = try reference.reference.matrix("target_init").column(0)
    #expect(relativeDistance(target.initial.map(Double.init), start) < 1e-5)
  }

  @Test("sixteen requests: they stop at the same steps with the same loss, at the same targets")
  func sixteenRequests() throws {
    let reference = try ReferenceRequests(16)
    let zs = try reference.reference.matrix("zs")
    for (index, target) in try targets(reference).enumerated() {
      let steps = try reference.reference.matrix("request\(index).steps")
      #expect(target.steps.count == steps.rows, "request \(index)")
      let last = Double(target.steps[target.steps.count - 1].loss)
      #expect(abs(last - steps[steps.rows - 1, 0]) < 1e-5, "request \(index)")
      #expect(
        cosine(target.vector.map(Double.init), zs.column(index)) > 0.999_999, "request \(index)")
    }
  }

  @Test("whole sequences, one request at a time, give the same targets as suffixes together")
  func wholeSequencesAgree() throws {
    let reference = try ReferenceRequests(16)
    let few = Array(reference.requests[0..<4])
    let named = few.enumerated().map { ("request \($0)", $1) }
    let fast = try optimiser().targets(for: named, progress: NoProgress())
    let slow = try optimiser(work: .wholeSequencesAlone).targets(for: named, progress: NoProgress())
    for (index, (fast, slow)) in zip(fast, slow).enumerated() {
      #expect(fast.steps.count == slow.steps.count, "request \(index)")
      #expect(
        relativeDistance(fast.initial.map(Double.init), slow.initial.map(Double.init)) < 1e-6)
      for step in 0..<5 {
        let gap = abs(fast.steps[step].loss / slow.steps[step].loss - 1)
        #expect(gap < 1e-5, "request \(index), step \(step)")
      }
      #expect(
        cosine(fast.vector.map(Double.init), slow.vector.map(Double.init)) > 0.999_999,
        "request \(index)")
    }
  }
}
