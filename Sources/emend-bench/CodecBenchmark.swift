import ArgumentParser
import Checkpoint
import Delta
import LinearAlgebra

/// The delta codec: size beside the rate-distortion bound, errors reached, and time beside references.
struct CodecBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "codec",
    abstract: "Size of encoded deltas beside the bound, and time beside references")

  @Flag(help: "Also 4096 x 16384 of rank 100")
  var large = false

  @Option(help: "Threads that a call of OpenBLAS may use")
  var threads = 1

  func run() throws {
    KernelThreads.set(threads)
    print(
      "matrix                        eps    bound   bits/coef  above    error    bytes"
        + "   encode  decode   (cpu; /dgemm of the product)")
    for precision in [1e-1, 1e-2, 1e-3, 1e-4] {
      try measure("1024x4096 r16 flat", 1024, 4096, 16, { _ in 1 }, precision)
    }
    for precision in [1e-1, 1e-2, 1e-3] {
      try measure("4096x4096 r64 1/k", 4096, 4096, 64, { 1 / Double($0 + 1) }, precision)
    }
    try measure("160x640 r1", 160, 640, 1, { _ in 1 }, 1e-3)
    if large { try measure("4096x16384 r100 flat", 4096, 16384, 100, { _ in 1 }, 1e-3) }
  }

  private func measure(
    _ name: String, _ rows: Int, _ columns: Int, _ rank: Int, _ spectrum: (Int) -> Double,
    _ precision: Double
  ) throws {
    var random = GaussianSource(seed: 1)
    let u = QRDecomposition(random.matrix(rows: rows, columns: rank)).orthogonal
    let v = QRDecomposition(random.matrix(rows: columns, columns: rank)).orthogonal
    let left = Matrix(rows: rows, columns: rank) { i, k in u[i, k] * spectrum(k) }
    let factors = try LowRankFactors(left: left, right: v)
    let grid = try FixedPointGrid(largestMagnitude: 0.1)
    let bound = RateBound(
      rows: rows, columns: columns, singularValues: (0..<rank).map(spectrum), precision: precision)
    let encode = try ProcessorTime.measure {
      let result = try TensorDelta.encode(factors, grid: grid, precision: precision)
      return (result.error, result.delta.payload())
    }
    let (error, payload) = encode.output
    let decode = try ProcessorTime.measure {
      try TensorDelta(payload: payload, limits: PayloadLimits(rows: rows, columns: columns))
    }
    let product = ProcessorTime.least(of: 2) {
      Matrix.product(factors.left, .none, factors.right, .transposed)
    }
    let bits = Double(payload.count) * 8 / Double(rank * (rows + columns))
    print(
      name + Figure.column(Figure.scientific(precision), 34 - name.count)
        + Figure.column(Figure.fixed(bound.bitsPerCoefficient, 3), 9)
        + Figure.column(Figure.fixed(bits, 3), 9)
        + Figure.column(Figure.fixed(bits - bound.bitsPerCoefficient, 3), 8)
        + Figure.column(Figure.scientific(error.worst), 10)
        + Figure.column("\(payload.count)", 9)
        + Figure.column(Figure.seconds(encode.seconds), 11)
        + Figure.column(Figure.fixed(encode.seconds / product, 2), 6)
        + Figure.column(Figure.seconds(decode.seconds), 10)
        + Figure.column(Figure.fixed(decode.seconds / product, 2), 6))
  }
}
