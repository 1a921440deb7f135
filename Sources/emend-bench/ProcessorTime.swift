import Evaluation

/// Seconds of processor time, all threads of this process together. On a shared machine the wall
/// clock measures the neighbours.
enum ProcessorTime {
  static var now: Double { EditClock.processorTime }

  /// What a piece of work takes, and what it makes.
  static func measure<Output>(_ work: () throws -> Output) rethrows -> (
    seconds: Double, output: Output
  ) {
    let start = now
    let output = try work()
    return (now - start, output)
  }

  /// The least of some rounds.
  static func least<Output>(of rounds: Int, _ work: () throws -> Output) rethrows -> Double {
    var least = Double.infinity
    for _ in 0..<rounds { least = min(least, try measure(work).seconds) }
    return least
  }
}
