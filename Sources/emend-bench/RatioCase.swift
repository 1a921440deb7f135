/// A claim that one way is faster than another: first both give the same, then the ratio and its gate.
///
/// Processor seconds, both ways in turn, the least of some rounds of each.
struct RatioCase<Output> {
  let name: String
  /// The least ratio that counts as kept; `nil` where nothing is claimed.
  let gate: Double?
  let baseline: () throws -> Output
  let candidate: () throws -> Output
  /// Whether both outputs are the same work done.
  let agree: (Output, Output) -> Bool

  /// Prints the ratio; false where the outputs differ or the gate is missed.
  func run(rounds: Int = 5) throws -> Bool {
    guard agree(try baseline(), try candidate()) else {
      print("\(name): the outputs DIFFER")
      return false
    }
    var slow = Double.infinity
    var fast = Double.infinity
    for _ in 0..<rounds {
      slow = min(slow, try ProcessorTime.measure(baseline).seconds)
      fast = min(fast, try ProcessorTime.measure(candidate).seconds)
    }
    let ratio = slow / fast
    let isKept = gate.map { ratio >= $0 } ?? true
    let claim = gate.map { " (gate \(Self.text($0))x)" } ?? ""
    print(
      "\(name): \(Figure.seconds(slow)) -> \(Figure.seconds(fast)), "
        + "\(Self.text(ratio))x\(claim)\(isKept ? "" : "  MISSED")")
    return isKept
  }

  private static func text(_ ratio: Double) -> String { Figure.fixed(ratio, ratio < 2 ? 2 : 1) }
}
