import Checkpoint
import LinearAlgebra

/// The directions of a difference that stand out of the noise that rounding left.
///
/// A difference of rounded tensors is full-rank however few directions the edit had. The noise is
/// known: an error uniform within one spacing u of the edited tensor's numbers has the variance u²/12, and
/// the largest singular value of an m × n matrix of such errors lies at σ(√m + √n) (Marchenko and Pastur).
/// What lies above 1.1 times that belongs to the edit. An edit may have been rounded to the tensor's type
/// before it was added, and the present state is rounded where edits are active; those errors are counted
/// in, too.
struct ImportSpectrum {
  /// U S, `[rows, rank]`, the largest direction first.
  let left: Matrix<Double>
  /// V, `[columns, rank]`, orthonormal.
  let right: Matrix<Double>
  /// ‖T − P‖_F.
  let differenceNorm: Double
  /// The mean of 1/u over the elements, the densest sixteenths left out.
  let meanInverseSpacing: Double

  /// Beyond this share of the smaller extent a change is not of low rank.
  private static let mostOfExtent = 3
  private static let widest = 768

  /// `nil` rank (no columns) where nothing stands out or too much does.
  init(_ source: ImportSource, threads: Workers) {
    let statistics = Self.statistics(source, threads)
    differenceNorm = statistics.square.squareRoot()
    meanInverseSpacing = statistics.meanInverse
    let (m, n) = (source.rows, source.columns)
    let extents = Double(m).squareRoot() + Double(n).squareRoot()
    let cut = 1.1 * statistics.variance.squareRoot() * extents
    let most = min(Self.widest, min(m, n) / Self.mostOfExtent)
    var width = min(24, min(m, n))
    var random = RandomStart()
    while most > 0 {
      // D ≈ Q (Dᵀ Q)ᵀ, Q spanning the image of random vectors; better with each step that goes on from Dᵀ Q.
      var basis = Matrix<Double>(rows: n, columns: width) { _, _ in random.next() }
      var image = Matrix<Double>(rows: 0, columns: 0)
      var found: SingularValues?
      var rank = 0
      for _ in 0..<4 {
        image = QRDecomposition(Self.product(source, basis, threads)).orthogonal
        let back = Self.transposedProduct(source, image, threads)
        found = try? SingularValues(back)
        rank = found?.values.prefix { $0 > cut }.count ?? 0
        // Directions that stand out far are found at once.
        if rank == width || rank > 0 && (found?.values[rank - 1] ?? 0) > 30 * cut { break }
        basis = QRDecomposition(back).orthogonal
      }
      guard let found else { break }
      if rank == width, width < min(m, n), width <= most {
        width = min(width * 3, min(m, n))
        continue
      }
      guard rank > 0, rank <= most else { break }
      // Dᵀ Q = U S Vᵀ gives D ≈ (Q V S) Uᵀ.
      let kept = Array(0..<rank)
      var scaled = Matrix.product(
        image, .none, found.rightTransposed.transposed.selectingColumns(kept), .none)
      for i in scaled.storage.indices { scaled.storage[i] *= found.values[i % rank] }
      left = scaled
      right = found.left.selectingColumns(kept)
      return
    }
    left = Matrix(rows: m, columns: 0)
    right = Matrix(rows: n, columns: 0)
  }

  private static func statistics(
    _ source: ImportSource, _ threads: Workers
  ) -> (variance: Double, square: Double, meanInverse: Double) {
    let spacing = source.spacing
    var parts = source.bands.map { _ in (noise: 0.0, square: 0.0, inverse: 0.0) }
    // Where a fine spacing tells nothing: numbers far below the typical one.
    let typical = spacing.above(Self.typicalMagnitude(source)) / 16
    let isPresentRounded = source.isPresentRounded
    source.forEachBand(threads, results: &parts) { rows, target, difference, result in
      var (noise, square, inverse) = (0.0, 0.0, 0.0)
      for i in 0..<target.count {
        let u = spacing.above(target[i])
        let d = difference[i]
        let v = d == 0 ? 0 : spacing.above(d)
        // P = T − (T − P) is near enough for the size of its spacing.
        let p = isPresentRounded ? spacing.above(target[i] - d) : 0
        noise += u * u + v * v + p * p
        square += d * d
        inverse += 1 / max(u, typical)
      }
      result = (noise, square, inverse)
    }
    let count = Double(source.rows) * Double(source.columns)
    let sums = parts.reduce((0.0, 0.0, 0.0)) {
      ($0.0 + $1.noise, $0.1 + $1.square, $0.2 + $1.inverse)
    }
    return (sums.0 / count / 12, sums.1, sums.2 / count)
  }

  private static func typicalMagnitude(_ source: ImportSource) -> Double {
    let rows = 0..<min(source.rows, source.bandHeight)
    var numbers = [Double](repeating: 0, count: rows.count * source.columns)
    numbers.withUnsafeMutableBufferPointer {
      source.elementType.widen(source.bytes(source.target, rows), into: $0)
    }
    let sum = numbers.reduce(0) { $0 + $1 * $1 }
    return (sum / Double(max(1, numbers.count))).squareRoot()
  }

  /// Dᵀ B.
  private static func transposedProduct(
    _ source: ImportSource, _ basis: Matrix<Double>, _ threads: Workers
  ) -> Matrix<Double> {
    let width = basis.columns
    return source.sum(rows: source.columns, columns: width, threads) { rows, _, d, sum in
      let part = Matrix(
        rows: rows.count, columns: width,
        Array(basis.storage[rows.lowerBound * width..<rows.upperBound * width]))
      sum.addProduct(
        transposed: UnsafeBufferPointer(d), rows: rows.count, columns: source.columns, part)
    }
  }

  /// D B.
  private static func product(
    _ source: ImportSource, _ basis: Matrix<Double>, _ threads: Workers
  ) -> Matrix<Double> {
    var parts = source.bands.map { _ in [Double]() }
    let (n, width) = (source.columns, basis.columns)
    source.forEachBand(threads, results: &parts) { rows, _, d, result in
      result = [Double](repeating: 0, count: rows.count * width)
      result.withUnsafeMutableBufferPointer { c in
        basis.storage.withUnsafeBufferPointer { b in
          guard let dp = d.baseAddress, let bp = b.baseAddress, let cp = c.baseAddress else {
            return
          }
          Double.gemm(
            .none, .none, m: rows.count, n: width, k: n, alpha: 1, dp, lda: n, bp, ldb: width,
            beta: 0, cp, ldc: width)
        }
      }
    }
    return Matrix(rows: source.rows, columns: basis.columns, parts.flatMap { $0 })
  }
}

/// Numbers to start an iteration with: the same on every machine, and no direction is missing in them.
private struct RandomStart {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) * 0x1p-52
  }
}
