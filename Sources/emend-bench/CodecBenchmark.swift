import ArgumentParser
import Checkpoint
import Delta
import LinearAlgebra
import Transformer

/// The delta codec: size beside the rate-distortion bound, errors reached, and time beside references.
struct CodecBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "codec",
    abstract: "Size of encoded deltas beside the bound, and time beside references")

  @Flag(help: "Also 4096 x 16384 of rank 100")
  var large = false

  @Option(help: "Threads that a call of OpenBLAS may use")
  var threads = 1

  @Option(help: "A reference MEMIT run, with layer<n>.adj_k and layer<n>.resid")
  var reference = "Fixtures/reference/memit/memit_n16.safetensors"

  func run() throws {
    KernelThreads.set(threads)
    print("kernels: \(KernelThreads.kernelName), threads: \(threads); processor seconds")
    print(
      "                            |   bits a coefficient   |          |"
        + "   the same integers through zstd -19   |   time (over one dgemm of the product)")
    print(
      "change                  eps |   bound   coded  above |    bytes |"
        + " low bits raw  byte planes  interleaved |          encode          decode")
    var kept = true
    for precision in [1e-1, 1e-2, 1e-3, 1e-4] {
      let change = try flat(1024, 4096, 16, { _ in 1 })
      let above = try measure("1024x4096 r16 flat", change, precision)
      if precision == 1e-3 { kept = above <= 0.30 }
    }
    for precision in [1e-1, 1e-2, 1e-3] {
      let change = try flat(4096, 4096, 64, { 1 / Double($0 + 1) })
      _ = try measure("4096x4096 r64 1/k", change, precision)
    }
    _ = try measure("160x640 r1", flat(160, 640, 1, { _ in 1 }), 1e-3)
    if large {
      _ = try measure("4096x16384 r100 flat", flat(4096, 16384, 100, { _ in 1 }), 1e-3)
    }
    try measureReference()
    for type in [ElementType.bfloat16, .float16, .float32] { _ = try measureDense(type, share: 1) }
    var keptShares = true
    for type in [ElementType.bfloat16, .float16] {
      for share in [0.2, 0.06, 0.01, 0.002] {
        if try measureDense(type, share: share) > 1.05 { keptShares = false }
      }
    }
    try materialise(1024, 4096, rank: 16, edits: 1)
    try materialise(1024, 4096, rank: 16, edits: 20)
    try materialise(4096, 4096, rank: 100, edits: 1)
    if large { try materialise(4096, 16384, rank: 100, edits: 1) }
    if !kept {
      print("1024x4096 r16 flat at 1e-3 takes more than 0.30 bit above the bound: MISSED")
    }
    if !keptShares { print("a dense change of few elements takes 1.05 times its entropy: MISSED") }
    guard kept, keptShares else { throw ExitCode(1) }
  }

  /// Random orthonormal directions with a given spectrum.
  private func flat(
    _ rows: Int, _ columns: Int, _ rank: Int, _ spectrum: (Int) -> Double
  ) throws -> LowRankFactors {
    var random = SeededRandom(1)
    let u = QRDecomposition(random.matrix(rows: rows, columns: rank)).orthogonal
    let v = QRDecomposition(random.matrix(rows: columns, columns: rank)).orthogonal
    return try LowRankFactors(
      left: Matrix(rows: rows, columns: rank) { i, k in u[i, k] * spectrum(k) }, right: v)
  }

  /// The layers of a real edit: Δ = resid · adj_kᵀ.
  private func measureReference() throws {
    guard let file = try? SafetensorsFile(path: reference) else {
      print("no reference run at \(reference)")
      return
    }
    for view in file.tensors.sorted(by: { $0.name < $1.name }) where view.name.hasSuffix(".adj_k") {
      let layer = String(view.name.dropLast(".adj_k".count))
      guard let resid = file.tensor(named: layer + ".resid") else { continue }
      let change = try LowRankFactors(left: matrix(resid), right: matrix(view))
      for precision in [1e-2, 1e-3, 1e-4] {
        _ = try measure("MEMIT n=\(change.rank) \(layer)", change, precision)
      }
    }
  }

  /// A fine-tune of a tensor, or of some share of its elements, kept exactly: W' − W in grid integers.
  ///
  /// Returns the bytes over those of the integers' entropy.
  private func measureDense(_ type: ElementType, share: Double) throws -> Double {
    let (rows, columns) = (1024, 4096)
    var random = SeededRandom(3)
    let grid = try FixedPointGrid(largestMagnitude: 0.1)
    func stored(_ numbers: [Double]) -> [Double] { type.load(type.store(numbers)) }
    let base = stored((0..<rows * columns).map { _ in random.normal() * 0.02 })
    let tuned = stored(
      base.map { share == 1 || random.unit() < share ? $0 + random.normal() * 4e-4 : $0 })
    let step = grid.step
    let integers = zip(base, tuned).map { Int64((($1 - $0) / step).rounded()) }
    var dense = try DenseDelta(gridIntegers: integers, rows: rows, columns: columns, grid: grid)
    let encode = try ProcessorTime.least(of: 2) {
      dense = try DenseDelta(gridIntegers: integers, rows: rows, columns: columns, grid: grid)
    }
    let addend = try GridAddend(.dense(dense))
    var sums = [Int64](repeating: 0, count: integers.count)
    let decode = try ProcessorTime.least(of: 2) {
      for index in sums.indices { sums[index] = 0 }
      try sums.withUnsafeMutableBufferPointer {
        try addend.addGridIntegers(rows: 0..<rows, to: $0)
      }
    }
    guard sums == integers else {
      print("dense \(type.rawValue): the outputs DIFFER")
      return .infinity
    }
    let counts = Dictionary(integers.map { ($0, 1) }, uniquingKeysWith: +)
    let total = Double(integers.count)
    let entropy = counts.values.reduce(0.0) {
      $0 - Double($1) / total * Double.logarithm(Double($1) / total) / Double.logarithm(2)
    }
    let bits = Double(dense.payload().count) * 8 / total
    print(
      "dense \(rows)x\(columns) \(type.rawValue), \(Figure.fixed(100 * share, 1)) % changed, exact: "
        + "\(Figure.fixed(bits, 4)) bits an element; entropy of the integers "
        + "\(Figure.fixed(entropy, 4)), ratio \(Figure.fixed(bits / entropy, 3)); "
        + "encode \(Figure.seconds(encode)), decode and add \(Figure.seconds(decode))")
    return bits / entropy
  }

  private func matrix(_ view: TensorView) -> Matrix<Double> {
    var matrix = Matrix<Double>(rows: view.shape[0], columns: view.shape[1])
    matrix.storage.withUnsafeMutableBufferPointer { view.elementType.widen(view.bytes, into: $0) }
    return matrix
  }

  /// Prints a line; returns the bits a coefficient above the bound.
  private func measure(
    _ name: String, _ factors: LowRankFactors, _ precision: Double
  ) throws -> Double {
    let grid = try FixedPointGrid(largestMagnitude: 0.1)
    let (rows, columns, rank) = (factors.rows, factors.columns, factors.rank)
    let (delta, error) = try TensorDelta.encode(factors, grid: grid, precision: precision)
    let payload = delta.payload()
    let limits = PayloadLimits(rows: rows, columns: columns)
    guard case .lowRank(let quantised) = delta, error.worst <= precision,
      try TensorDelta(payload: payload, limits: limits).payload() == payload
    else {
      print("\(name): the outputs DIFFER")
      return .infinity
    }
    let encode = try ProcessorTime.least(of: 3) {
      try TensorDelta.encode(factors, grid: grid, precision: precision).delta.payload()
    }
    let decode = try ProcessorTime.least(of: 3) {
      try TensorDelta(payload: payload, limits: limits)
    }
    var out = [Double](repeating: 0, count: rows * columns)
    let product = try ExactProduct(left: quantised.left, right: quantised.right)
    let dgemm = ProcessorTime.least(of: 3) {
      out.withUnsafeMutableBufferPointer {
        product.multiply(rows: 0..<rows, columns: 0..<columns, into: $0)
      }
    }
    let coefficients = Double(rank * (rows + columns))
    let spectrum = try SingularValues(core(of: factors)).values
    let bound = RateBound(
      rows: rows, columns: columns, singularValues: spectrum, precision: precision
    ).bitsPerCoefficient
    func bits(_ bytes: Int) -> Double { Double(bytes) * 8 / coefficients }
    let other = LayoutAlternatives(quantised)
    print(
      name + Figure.column(Figure.scientific(precision), 27 - name.count) + " |"
        + Figure.column(Figure.fixed(bound, 3), 8)
        + Figure.column(Figure.fixed(bits(payload.count), 3), 8)
        + Figure.column(Figure.fixed(bits(payload.count) - bound, 3), 7) + " |"
        + Figure.column("\(payload.count)", 9) + " |"
        + Figure.column(Figure.fixed(bits(other.split), 3), 13)
        + Figure.column(Figure.fixed(bits(other.planes), 3), 13)
        + Figure.column(Figure.fixed(bits(other.interleaved), 3), 13) + " |"
        + Figure.column(Figure.seconds(encode), 10)
        + Figure.column("(\(Figure.fixed(encode / dgemm, 2)))", 7)
        + Figure.column(Figure.seconds(decode), 9)
        + Figure.column("(\(Figure.fixed(decode / dgemm, 2)))", 7))
    return bits(payload.count) - bound
  }

  /// The small matrix that has the change's singular values.
  private func core(of factors: LowRankFactors) -> Matrix<Double> {
    Matrix.product(
      QRDecomposition(factors.left).upper, .none, QRDecomposition(factors.right).upper, .transposed)
  }

  /// Applying a stack against the least that any exact way must do: the products, and the tensor's
  /// bytes read and written once.
  private func materialise(_ rows: Int, _ columns: Int, rank: Int, edits: Int) throws {
    var random = SeededRandom(2)
    let grid = try FixedPointGrid(largestMagnitude: 0.1)
    var deltas: [TensorDelta] = []
    var factors: [LowRankFactors] = []
    for _ in 0..<edits {
      let change = try LowRankFactors(
        left: random.matrix(rows: rows, columns: rank),
        right: Matrix(rows: columns, columns: rank) { _, _ in random.normal() * 1e-3 })
      factors.append(change)
      deltas.append(try TensorDelta.encode(change, grid: grid).delta)
    }
    for type in [ElementType.float32, .bfloat16, .float16] {
      let source = [UInt8](repeating: 60, count: rows * columns * type.byteCount)
      let materialiser = try Materialiser(elementType: type, grid: grid)
      var target = [UInt8](repeating: 0, count: source.count)
      let products = ProcessorTime.least(of: 3) {
        for change in factors {
          _ = Matrix.product(change.left, .none, change.right, .transposed)
        }
      }
      let copy = ProcessorTime.least(of: 3) {
        target.withUnsafeMutableBytes { target in
          source.withUnsafeBytes { target.copyMemory(from: $0) }
        }
      }
      let seconds = try ProcessorTime.least(of: 3) {
        var position = 0
        _ = try source.withUnsafeBytes { source in
          try materialiser.materialise(
            source, adding: StackSum(rows: rows, columns: columns, grid: grid),
            of: deltas.count, load: { deltas[$0] },
            write: { bytes in
              target.withUnsafeMutableBytes {
                UnsafeMutableRawBufferPointer(rebasing: $0[position...]).copyMemory(from: bytes)
              }
              position += bytes.count
            })
        }
      }
      print(
        "materialise \(rows)x\(columns) \(type.rawValue), \(edits) of rank \(rank): "
          + "\(Figure.seconds(seconds)); dgemm \(Figure.seconds(products)), "
          + "copy \(Figure.seconds(copy)), ratio to both "
          + Figure.fixed(seconds / (products + copy), 2))
    }
  }
}
