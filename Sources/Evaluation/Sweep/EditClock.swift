internal import Glibc

/// What some work took, on the clock and in processor seconds of all threads together.
package struct EditClock {
  private(set) var seconds = 0.0
  private(set) var processorSeconds = 0.0

  /// Adds what some work takes.
  mutating func measure<Output>(_ work: () throws -> Output) rethrows -> Output {
    let started = ContinuousClock.now
    let before = Self.processorTime
    let output = try work()
    processorSeconds += Self.processorTime - before
    seconds += (ContinuousClock.now - started) / .seconds(1)
    return output
  }

  /// Seconds of processor time that all threads of this process had together.
  package static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
