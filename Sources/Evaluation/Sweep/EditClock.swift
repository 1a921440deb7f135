internal import Glibc

/// What some work took, on the clock and in processor seconds of all threads together.
package struct EditClock: Equatable {
  let seconds: Double
  let processorSeconds: Double

  /// Nothing yet, or what was measured before.
  init(seconds: Double = 0, processorSeconds: Double = 0) {
    self.seconds = seconds
    self.processorSeconds = processorSeconds
  }

  /// A clock that goes on.
  struct Running {
    private let before: EditClock
    private let started = ContinuousClock.now
    private let processor = EditClock.processorTime

    fileprivate init(_ before: EditClock) { self.before = before }

    /// What there was before, and what passed since.
    var soFar: EditClock {
      EditClock(
        seconds: before.seconds + (ContinuousClock.now - started) / .seconds(1),
        processorSeconds: before.processorSeconds + EditClock.processorTime - processor)
    }
  }

  /// Goes on now.
  func start() -> Running { Running(self) }

  /// Seconds of processor time that all threads of this process had together.
  package static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
