package import Diagnostics

/// What has been reported, and how fast it goes. Time is an argument.
package struct ProgressTrack: Sendable {
  private var event: ProgressEvent?
  private var started: ContinuousClock.Instant?
  private var rate: Double?
  private var sampled: (at: ContinuousClock.Instant, done: Int)?

  /// Nothing reported yet.
  package init() {}

  /// Takes note of an event; a new phase starts afresh.
  package mutating func note(_ new: ProgressEvent, at now: ContinuousClock.Instant) {
    // A phase that counts down has begun again: the next commit, the next layer.
    if new.phase != event?.phase || new.done < (event?.done ?? 0) {
      started = now
      rate = nil
      sampled = (now, new.done)
    }
    event = new
  }

  /// How the current phase stands; `nil` when there is none, or it has reached its end.
  package mutating func line(at now: ContinuousClock.Instant) -> ProgressLine? {
    guard let event, let started, event.total.map({ event.done < $0 }) ?? true else { return nil }
    measure(event.done, at: now)
    return ProgressLine(event: event, elapsed: now - started, rate: rate)
  }

  /// Samples at least a second apart, older ones counting less and less: a rate that follows changes and does
  /// not jump. While nothing is done there is nothing to sample: the rate is at most one in the time since.
  private mutating func measure(_ done: Int, at now: ContinuousClock.Instant) {
    guard let last = sampled, now - last.at >= .seconds(1) else { return }
    let seconds = (now - last.at) / .seconds(1)
    let step = Double(done) - Double(last.done)
    guard step != 0 else {
      rate = rate.map { min($0, 1 / seconds) }
      return
    }
    let latest = step / seconds
    // Three tenths of a second's sample; nearly all of a long one.
    let share = seconds < 2 ? 0.3 : seconds < 5 ? 0.7 : 0.95
    rate = rate.map { (1 - share) * $0 + share * latest } ?? latest
    sampled = (now, done)
  }
}
