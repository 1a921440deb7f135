internal import Diagnostics
internal import Transformer

/// How far the targets are, in blocks run for a target: what takes equally long, on a model of any size.
///
/// Counted for the most steps that a target may take, so that the estimate errs on the safe side.
final class TargetProgress {
  private let sink: any ProgressSink
  private let batch: Range<Int>
  private let count: Int
  private let steps: Int
  /// Blocks that a target goes through at most.
  private let blocksEach: Int
  private var done = 0
  private var detail = ""

  /// Progress of one batch of `count` targets.
  init(
    _ sink: any ProgressSink, _ architecture: ModelArchitecture,
    _ objective: TargetObjective, batch: Range<Int>, of count: Int
  ) {
    self.sink = sink
    self.batch = batch
    self.count = count
    steps = max(1, objective.settings.gradientSteps)
    let above = architecture.layerCount - 1 - objective.layer
    // What is run once, then each step forward and all but the last backward.
    blocksEach = architecture.layerCount + (2 * steps - 1) * above
    detail = "\(batch.count) facts, before the first step"
    report()
  }

  func blockIsDone() {
    done = min(done + 1, blocksEach - 1)
    report()
  }

  func stepBegins(_ step: Int, open: Int) {
    detail = "step \(step) of at most \(steps), \(open) facts of \(count)"
  }

  /// All targets of the batch are done, however early.
  func end() {
    done = blocksEach
    report()
  }

  private func report() {
    sink.report(
      ProgressEvent(
        .targets, done: batch.lowerBound * blocksEach + batch.count * done,
        total: count * blocksEach, detail: detail))
  }
}
