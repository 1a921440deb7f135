internal import CKernels
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
  /// U, `[rows, rank]`, orthonormal, the largest direction first.
  let left: Matrix<Double>
  /// The singular values.
  let values: [Double]
  /// V, `[columns, rank]`, orthonormal.
  let right: Matrix<Double>
  /// ‖T − P‖_F.
  let differenceNorm: Double
  /// The mean of 1/u over the elements, the densest sixteenths left out.
  let meanInverseSpacing: Double

  /// The share of the elements that differ.
  let changedShare: Double

  /// Beyond this share of the smaller extent a change is not of low rank.
  private static let mostOfExtent = 3
  private static let widest = 768

  /// ‖P‖_F.
  let presentNorm: Double

  /// No directions where nothing stands out or too much does.
  ///
  /// - Throws: ``DeltaError/notFinite(what:)`` where a NaN or an infinity is in T.
  init(_ source: ImportSource, threads: Workers) throws(DeltaError) {
    let statistics = Self.statistics(source, threads)
    guard statistics.variance.isFinite || source.isTargetFinite else {
      throw .notFinite(what: "the edited tensor")
    }
    differenceNorm = statistics.square.squareRoot()
    meanInverseSpacing = statistics.meanInverse
    presentNorm = statistics.present.squareRoot()
    changedShare = statistics.changed
    let (m, n) = (source.rows, source.columns)
    let extents = Double(m).squareRoot() + Double(n).squareRoot()
    let cut = 1.1 * statistics.variance.squareRoot() * extents
    let most = min(Self.widest, min(m, n) / Self.mostOfExtent)
    var width = min(24, min(m, n))
    var random = SketchNumbers(seed: 0x9E37_79B9_7F4A_7C15)
    while most > 0 {
      // V spans the image of random vectors, in which float32 loses nothing that matters: D V does not depend on how well
      // V's directions are met, only on whether any is missing.
      let start = Matrix<Float>(rows: m, columns: width) { _, _ in Float(random.next()) }
      var basis = QRDecomposition(
        source.transposedProduct(start, threads).converted(to: Double.self)
      )
      .orthogonal
      // D ≈ Q (Dᵀ Q)ᵀ, Q spanning D V; better with each step that goes on from Dᵀ Q.
      var image = Matrix<Double>(rows: 0, columns: 0)
      var found: SingularValues?
      var rank = 0
      for _ in 0..<4 {
        image = QRDecomposition(source.product(basis, threads)).orthogonal
        let back = source.transposedProduct(image, threads)
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
      // Dᵀ Q = V S Uᵀ gives D ≈ (Q U) S Vᵀ.
      let kept = Array(0..<rank)
      left = Matrix.product(
        image, .none, found.rightTransposed.transposed.selectingColumns(kept), .none)
      values = Array(found.values[..<rank])
      right = found.left.selectingColumns(kept)
      return
    }
    left = Matrix(rows: m, columns: 0)
    values = []
    right = Matrix(rows: n, columns: 0)
  }

  private static func statistics(
    _ source: ImportSource, _ threads: Workers
  ) -> (
    variance: Double, square: Double, meanInverse: Double, present: Double, changed: Double
  ) {
    let bands = source.bands
    var parts = [emend_difference](repeating: emend_difference(), count: bands.count)
    // Where a fine spacing tells nothing: numbers far below the typical one.
    let typical = source.spacing.above(Self.typicalMagnitude(source)) / 16
    let (isPresentRounded, spacing) = (source.isPresentRounded, source.spacing.kernel)
    parts.withUnsafeMutableBufferPointer { parts in
      threads.forEach(bands.count) { index in
        source.withNumbers(bands[index]) { target, present, isDouble in
          withUnsafePointer(to: spacing) { spacing in
            emend_measure_difference(
              target, present, isDouble, isPresentRounded ? 1 : 0, typical, spacing,
              bands[index].count * source.columns, &parts[index])
          }
        }
      }
    }
    let count = Double(source.rows) * Double(source.columns)
    let sums = parts.reduce((0.0, 0.0, 0.0, 0.0, 0.0)) {
      (
        $0.0 + $1.noise, $0.1 + $1.square, $0.2 + $1.inverse, $0.3 + $1.present,
        $0.4 + $1.changed
      )
    }
    return (sums.0 / count / 12, sums.1, sums.2 / count, sums.3, sums.4 / count)
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
}
