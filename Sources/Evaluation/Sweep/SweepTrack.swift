internal import Diagnostics
internal import Synchronization

/// How far a sweep is, in records measured; what editors report becomes a detail.
final class SweepTrack: ProgressSink {
  private struct State {
    var done = 0
    var title = ""
  }

  private let total: Int
  private let progress: any ProgressSink
  private let state = Mutex(State())

  init(total: Int, _ progress: any ProgressSink) {
    self.total = total
    self.progress = progress
  }

  /// Says what is being done.
  func begin(_ method: String, _ size: Int) {
    state.withLock {
      $0.title = method == SweepMethod.unedited ? method : "\(method), n = \(size)"
    }
  }

  /// Counts records that are measured.
  func finish(_ records: Int) {
    let (done, title) = state.withLock { state in
      state.done += records
      return (state.done, state.title)
    }
    progress.report(ProgressEvent(.evaluate, done: done, total: total, detail: title))
  }

  func report(_ event: ProgressEvent) {
    let (done, title) = state.withLock { ($0.done, $0.title) }
    let part = event.total.map { "\(event.done)/\($0)" } ?? "\(event.done)"
    progress.report(
      ProgressEvent(
        .evaluate, done: done, total: total,
        detail: "\(title): \(event.phase.rawValue) \(part)"))
  }

  func warn(_ text: String) { progress.warn(text) }
}
