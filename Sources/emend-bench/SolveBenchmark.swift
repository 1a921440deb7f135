import ArgumentParser
import LinearAlgebra
import Transformer

/// The layer update by the inversion lemma on a cached factor, against forming and factorising the sum.
struct SolveBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solve",
    abstract: "Compare the cached-factor solve with refactorising, at several orders and batches")

  @Flag(help: "Also order 8192: a minute more, and 3 GB")
  var large = false

  @Option(help: "Threads that a call of OpenBLAS may use")
  var threads = 1

  func run() throws {
    KernelThreads.set(threads)
    print("kernels: \(KernelThreads.kernelName), threads: \(threads); processor seconds")
    var kept = true
    for order in [1024, 2048, 4096] + (large ? [8192] : []) {
      kept = try compare(order: order) && kept
    }
    guard kept else { throw ExitCode(1) }
  }

  private func compare(order: Int) throws -> Bool {
    var random = SeededRandom(UInt64(order))
    let moment = secondMoment(order: order, &random)
    let solver = try CachedFactorSolve(factor: Cholesky(factoring: moment), weight: 15_000)
    var kept = true
    // At 8192 the large batches take minutes and show nothing that 4096 does not.
    let large = order > 4096 ? [] : [2, 3, 4, 5, 6].map { order * $0 / 8 }
    for count in [1, 10, 100] + large {
      let keys = random.matrix(rows: order, columns: count)
      let cost = SolveCost(order: order, keys: count)
      let rounds = order <= 2048 ? 5 : 2
      let comparison = RatioCase(
        name: "solve d=\(order) n=\(count) (\(cost.route))", gate: gate(order: order, count: count),
        baseline: {
          try DirectSolve.solve(secondMoment: moment, weight: 15_000, keys: keys)
        },
        candidate: { try solver.solve(keys: keys, secondMoment: { moment }) },
        agree: { relativeDistance($0, $1) < 1e-9 })
      kept = try comparison.run(rounds: rounds) && kept
      // The route that was not taken, to see that the choice was right.
      if cost.route == .refactorise {
        let other = ProcessorTime.least(of: rounds) { try? solver.solve(keys: keys) }
        print("    by the lemma instead: \(Figure.seconds(other))")
      }
    }
    return kept
  }

  /// Few keys are bound by reading the factor twice; with very many, both ways are the same.
  private func gate(order: Int, count: Int) -> Double {
    switch count {
    case ...10: order >= 4096 ? 20 : 6
    case ...100: order >= 4096 ? 8 : 2
    default: 0.95
    }
  }

  /// AAᵀ/1.5 d + 0.01 I, lower triangle.
  private func secondMoment(order: Int, _ random: inout SeededRandom) -> Matrix<Double> {
    var moment = Matrix<Double>(rows: order, columns: order)
    moment.addOuterProduct(of: random.matrix(rows: order, columns: order + order / 2))
    let scale = 1 / Double(order + order / 2)
    for index in moment.storage.indices { moment.storage[index] *= scale }
    for i in 0..<order { moment[i, i] += 0.01 }
    return moment
  }

  private func relativeDistance(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    let difference = zip(a.storage, b.storage).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return difference.squareRoot() / b.frobeniusNorm
  }
}
