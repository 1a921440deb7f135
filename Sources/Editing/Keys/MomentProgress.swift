internal import Diagnostics

/// How far a collection is, in blocks run for a document: what takes equally long, on a model of any size.
final class MomentProgress {
  private let sink: any ProgressSink
  private let depth: Int
  private let total: Int
  private var done = 0
  private var batch = 0
  private var detail = ""

  /// - Parameters:
  ///   - depth: how many blocks a document goes through.
  ///   - total: how many documents there are.
  init(_ sink: any ProgressSink, depth: Int, documents total: Int) {
    self.sink = sink
    self.depth = depth
    self.total = total
  }

  /// After `done` documents come `count` together, with `tokens` in all.
  func batchBegins(_ done: Int, _ count: Int, tokens: Int) {
    (self.done, batch) = (done, count)
    detail = "\(done + count) of \(total) documents, \(tokens) tokens"
    report(blocks: 0)
  }

  /// The batch has gone through so many blocks.
  func blocksAreDone(_ blocks: Int) { report(blocks: blocks) }

  /// The text is at its end.
  func end() {
    (done, batch) = (total, 0)
    report(blocks: 0)
  }

  private func report(blocks: Int) {
    let count = min(total * depth, done * depth + batch * blocks)
    // The end of a phase is said once, by `end`.
    let isEnd = done == total
    sink.report(
      ProgressEvent(
        .moments, done: isEnd ? count : min(count, total * depth - 1), total: total * depth,
        detail: detail))
  }
}
