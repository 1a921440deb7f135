internal import CKernels
import LinearAlgebra

/// Makes a change of low rank agree with what each stored number says of it.
///
/// T was rounded, so every element gives an interval of half a spacing around T − P in which the true
/// change lies. Steps alternate between the nearest matrix within the intervals, passed over by a factor
/// below 2, and the nearest one of the same rank (Bauschke and Borwein, "On projection algorithms", SIAM
/// Review 38, 1996). The second projection is taken on the tangent space of the present matrix, so that
/// one pass over the tensor is enough for a step and no large matrix is ever formed.
///
/// What an element misses is nothing for nearly all of them. Projected, what the others miss has shrunk by about the
/// share that they are of all, so a step goes as much farther: half of that, because elements that were inside come
/// to be outside on its way.
struct ImportRefinement {
  /// The present matrix, as its singular value decomposition.
  private struct Directions {
    /// Q, `[rows, rank]`, orthonormal.
    var left: Matrix<Double>
    var values: [Double]
    /// V, `[columns, rank]`, orthonormal.
    var right: Matrix<Double>

    /// V S, `[columns, rank]`.
    var scaledRight: Matrix<Double> {
      var scaled = right
      for i in scaled.storage.indices { scaled.storage[i] *= values[i % values.count] }
      return scaled
    }
  }

  private var directions: Directions
  /// The share of elements whose interval the change is outside of.
  private(set) var outside = 1.0

  /// The factor of a step while so many elements are outside that nothing better is known.
  private static let relaxation = 1.9
  private static let longest = 64.0
  private static let mostSteps = 40
  /// A step is worth its time while it brings so many more elements into their intervals: a quarter of a bit a
  /// parameter.
  private static let worthwhile = 0.05

  /// Starts from what the singular values gave, and refines until it no longer pays.
  init(_ source: ImportSource, _ start: ImportSpectrum, threads: Workers) {
    directions = Directions(left: start.left, values: start.values, right: start.right)
    guard left.columns > 0 else { return }
    var before = directions
    for step in 0..<Self.mostSteps {
      let present = directions
      let found = advance(source, threads)
      if found > outside, step > 0 {
        // The last step made it worse: keep what was there.
        directions = before
        break
      }
      let gain = outside - found
      outside = found
      before = present
      if outside < 1e-3 || step > 0 && gain < Self.worthwhile { break }
    }
  }

  /// Q, `[rows, rank]`, orthonormal.
  var left: Matrix<Double> { directions.left }
  /// V S, `[columns, rank]`.
  var right: Matrix<Double> { directions.scaledRight }

  /// One step; gives back the share of elements that were outside before it.
  private mutating func advance(_ source: ImportSource, _ threads: Workers) -> Double {
    let (q, vs, v) = (directions.left, directions.scaledRight, directions.right)
    let (n, rank) = (source.columns, q.columns)
    let excess = excess(source, q, vs, v, threads)
    let share = Double(excess.outside) / (Double(source.rows) * Double(n))
    guard excess.outside > 0 else { return 0 }
    let factor = min(Self.longest, max(Self.relaxation, 0.5 / share))
    var onLeft = excess.onLeft.converted(to: Double.self)
    var onRight = vs
    for i in onLeft.storage.indices { onLeft.storage[i] *= factor }
    for i in onRight.storage.indices {
      onRight.storage[i] += factor * Double(excess.onRight.storage[i])
    }
    // Q (V S + ω EᵀQ)ᵀ + (I − QQᵀ) ω E V Vᵀ.
    let inside = Matrix.product(q, .transposed, onLeft)
    let shadow = Matrix.product(q, .none, inside)
    for i in onLeft.storage.indices { onLeft.storage[i] -= shadow.storage[i] }
    retract(
      left: .concatenatingColumns([q, onLeft]), right: .concatenatingColumns([onRight, v]),
      rank: rank)
    return share
  }

  /// E = (nearest within the intervals) − L: how many elements of it are not 0, E V and Eᵀ Q, in one pass over the
  /// tensor. L itself takes float64; a few digits of E are enough.
  private func excess(
    _ source: ImportSource, _ q: Matrix<Double>, _ vs: Matrix<Double>, _ v: Matrix<Double>,
    _ threads: Workers
  ) -> (outside: Int, onLeft: Matrix<Float>, onRight: Matrix<Float>) {
    let (n, rank, bands, spacing) = (source.columns, q.columns, source.bands, source.spacing.kernel)
    let strips = Self.strips(vs)
    let (narrowLeft, narrowRight) = (q.converted(to: Float.self), v.converted(to: Float.self))
    var counts = [Int](repeating: 0, count: bands.count)
    var onLeft = Matrix<Float>(rows: source.rows, columns: rank)
    var sums = [Matrix<Float>](
      repeating: Matrix(rows: n, columns: rank), count: source.groupCount)
    onLeft.storage.withUnsafeMutableBufferPointer { onLeft in
      counts.withUnsafeMutableBufferPointer { counts in
        sums.withUnsafeMutableBufferPointer { sums in
          source.inGroups(threads, Float.self) { index, group, memory in
            let (rows, first) = (bands[index].count, bands[index].lowerBound * rank)
            guard let e = memory.baseAddress, let image = onLeft.baseAddress else { return }
            q.storage.withUnsafeBufferPointer { q in
              strips.withUnsafeBufferPointer { strips in
                guard let q = q.baseAddress, let strips = strips.baseAddress else { return }
                counts[index] = source.withNumbers(bands[index]) { target, present, isDouble in
                  withUnsafePointer(to: spacing) { spacing in
                    emend_interval_excess(
                      target, present, isDouble, q + first, strips, rank, rows, n, spacing, e)
                  }
                }
              }
            }
            narrowRight.storage.withUnsafeBufferPointer { v in
              guard let v = v.baseAddress else { return }
              Float.gemm(
                .none, .none, m: rows, n: rank, k: n, alpha: 1, e, lda: n, v, ldb: rank, beta: 0,
                image + first, ldc: rank)
            }
            narrowLeft.storage.withUnsafeBufferPointer { q in
              sums[group].addProduct(
                transposed: UnsafeBufferPointer(memory), rows: rows, columns: n,
                UnsafeBufferPointer(rebasing: q[first...]))
            }
          }
        }
      }
    }
    return (counts.reduce(0, +), onLeft, .sum(sums))
  }

  /// A right factor, `[columns, rank]`, as the kernels take it: strips of columns, each `[rank, strip]`.
  private static func strips(_ factor: Matrix<Double>) -> [Double] {
    let (n, rank, strip) = (factor.rows, factor.columns, EMEND_PRODUCT_STRIP)
    var result = [Double](repeating: 0, count: (n + strip - 1) / strip * strip * rank)
    result.withUnsafeMutableBufferPointer { result in
      factor.storage.withUnsafeBufferPointer { factor in
        for j in 0..<n {
          let start = j / strip * strip * rank + j % strip
          for k in 0..<rank { result[start + k * strip] = factor[j * rank + k] }
        }
      }
    }
    return result
  }

  /// The nearest matrix of a rank to left · rightᵀ.
  private mutating func retract(left: Matrix<Double>, right: Matrix<Double>, rank: Int) {
    let a = QRDecomposition(left)
    let b = QRDecomposition(right)
    guard rank > 0,
      let core = try? SingularValues(Matrix.product(a.upper, .none, b.upper, .transposed))
    else { return }
    let kept = Array(0..<min(rank, core.values.count))
    directions = Directions(
      left: .product(a.orthogonal, .none, core.left.selectingColumns(kept)),
      values: Array(core.values[..<kept.count]),
      right: .product(b.orthogonal, .none, core.rightTransposed.transposed.selectingColumns(kept)))
  }
}
