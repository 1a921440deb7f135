import ArgumentParser
import Delta
import LinearAlgebra
import Transformer

/// A stack of many small edits against one edit of the same total rank: cost follows the rank.
struct DepthBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "depth",
    abstract: "Compare summing many edits of rank one with summing one edit of their total rank")

  @Option(help: "How many edits")
  var edits = 1000
  // Of fewer rows, a rank of 1000 is stored element by element, which is another comparison.
  @Option(help: "The tensor's rows")
  var rows = 2048
  @Option(help: "The tensor's columns")
  var columns = 4096

  func run() throws {
    KernelThreads.set(1)
    var random = SeededRandom(6)
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let left = random.matrix(rows: rows, columns: edits)
    let right = random.matrix(rows: columns, columns: edits)
    let limits = PayloadLimits(rows: rows, columns: columns)
    func column(_ matrix: Matrix<Double>, _ k: Int) -> Matrix<Double> {
      Matrix(rows: matrix.rows, columns: 1, matrix.column(k))
    }
    let deep = try (0..<edits).map {
      try TensorDelta.encode(
        LowRankFactors(left: column(left, $0), right: column(right, $0)), grid: grid
      ).delta.payload()
    }
    let wide = [
      try TensorDelta.encode(LowRankFactors(left: left, right: right), grid: grid).delta.payload()
    ]
    let sum = StackSum(rows: rows, columns: columns, grid: grid)
    /// The sums of every hundredth row, and some of the work that applying them would be.
    func total(_ payloads: [[UInt8]]) throws -> [Double] {
      var sample: [Double] = []
      try sum.forEachBand(
        of: payloads.count, load: { try TensorDelta(payload: payloads[$0], limits: limits) }
      ) { rows, integers, _ in
        for row in rows where row % 100 == 0 {
          let start = (row - rows.lowerBound) * columns
          sample += integers[start..<start + columns].map { Double($0) }
        }
      }
      return sample
    }
    let comparison = RatioCase(
      name: "\(edits) edits of rank 1 against one of rank \(edits), \(rows) x \(columns)",
      gate: 1 / 1.5, baseline: { try total(wide) }, candidate: { try total(deep) },
      agree: { Self.distance($0, $1) < 3e-3 })
    guard try comparison.run(rounds: 3) else { throw ExitCode(1) }
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    let difference = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / max(a.reduce(0) { $0 + $1 * $1 }, 1e-300)).squareRoot()
  }
}
