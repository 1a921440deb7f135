import LinearAlgebra

/// Makes a change of low rank agree with what each stored number says of it.
///
/// T was rounded, so every element gives an interval of half a spacing around T − P in which the true
/// change lies. Steps alternate between the nearest matrix within the intervals, passed over by a factor
/// below 2, and the nearest one of the same rank (Bauschke and Borwein, "On projection algorithms", SIAM
/// Review 38, 1996). The second projection is taken on the tangent space of the present matrix, so that
/// one pass over the tensor is enough for a step and no large matrix is ever formed.
struct ImportRefinement {
  /// Q, `[rows, rank]`, orthonormal.
  private(set) var left: Matrix<Double>
  /// V S, `[columns, rank]`.
  private(set) var right: Matrix<Double>
  /// The share of elements whose interval the change is outside of.
  private(set) var outside = 1.0

  private static let relaxation = 1.9
  private static let mostSteps = 40
  /// A step is worth its time while it brings so many more elements into their intervals: a twentieth of a bit a
  /// parameter.
  private static let worthwhile = 0.008

  /// Starts from what the singular values gave, and refines until it no longer pays.
  init(_ source: ImportSource, _ start: ImportSpectrum, threads: Workers) {
    left = start.left
    right = start.right
    retract(left: start.left, right: start.right, rank: start.left.columns)
    guard left.columns > 0 else { return }
    for step in 0..<Self.mostSteps {
      let before = (left, right)
      let found = advance(source, threads)
      if found > outside, step > 0 {
        // The last step made it worse: keep what was there.
        (left, right) = before
        break
      }
      let gain = outside - found
      outside = found
      if outside < 1e-3 || gain < Self.worthwhile { break }
    }
  }

  var factors: (left: Matrix<Double>, right: Matrix<Double>) { (left, right) }

  /// One step; gives back the share of elements that were outside before it.
  private mutating func advance(_ source: ImportSource, _ threads: Workers) -> Double {
    let rank = left.columns
    let (n, spacing) = (source.columns, source.spacing)
    // Orthonormal on the right, too: V = (V S) S⁻¹ by another QR decomposition.
    let rightBasis = QRDecomposition(right)
    let (q, vs, v) = (left, right, rightBasis.orthogonal)
    var images = source.bands.map { _ in [Double]() }
    var counts = [Int](repeating: 0, count: images.count)
    // E = (nearest within the intervals) − L; its products with both bases in one pass.
    let bands = source.bands
    let groups = min(4, bands.count)
    var sums = [Matrix<Double>](repeating: Matrix(rows: n, columns: rank), count: groups)
    images.withUnsafeMutableBufferPointer { images in
      counts.withUnsafeMutableBufferPointer { counts in
        sums.withUnsafeMutableBufferPointer { sums in
          threads.forEach(groups) { group in
            let size = source.bandHeight * n
            let memory = UnsafeMutableBufferPointer<Double>.allocate(capacity: 2 * size)
            defer { memory.deallocate() }
            for index in stride(from: group, to: bands.count, by: groups) {
              let rows = bands[index]
              let count = rows.count * n
              let t = UnsafeMutableBufferPointer(rebasing: memory[..<count])
              let d = UnsafeMutableBufferPointer(rebasing: memory[size..<size + count])
              source.widen(rows, target: t, difference: d)
              let part = Matrix(
                rows: rows.count, columns: rank,
                Array(q.storage[rows.lowerBound * rank..<rows.upperBound * rank]))
              var error = Matrix.product(part, .none, vs, .transposed)
              counts[index] = Self.clip(&error, t, d, spacing)
              images[index] = Matrix.product(error, .none, v).storage
              error.storage.withUnsafeBufferPointer {
                sums[group].addProduct(transposed: $0, rows: rows.count, columns: n, part)
              }
            }
          }
        }
      }
    }
    var onLeft = Matrix<Double>(rows: source.rows, columns: rank, images.flatMap { $0 })
    var onRight = vs
    for i in onLeft.storage.indices { onLeft.storage[i] *= Self.relaxation }
    for sum in sums {
      for i in onRight.storage.indices {
        onRight.storage[i] += Self.relaxation * sum.storage[i]
      }
    }
    // Q (V S + ω EᵀQ)ᵀ + (I − QQᵀ) ω E V Vᵀ.
    let inside = Matrix.product(q, .transposed, onLeft)
    let shadow = Matrix.product(q, .none, inside)
    for i in onLeft.storage.indices { onLeft.storage[i] -= shadow.storage[i] }
    retract(
      left: .concatenatingColumns([q, onLeft]), right: .concatenatingColumns([onRight, v]),
      rank: rank)
    return Double(counts.reduce(0, +)) / (Double(source.rows) * Double(n))
  }

  /// Replaces L by what brings it into the intervals; gives back how many elements were outside.
  private static func clip(
    _ low: inout Matrix<Double>, _ t: UnsafeMutableBufferPointer<Double>,
    _ d: UnsafeMutableBufferPointer<Double>, _ spacing: NumberSpacing
  ) -> Int {
    low.storage.withUnsafeMutableBufferPointer { l in
      var outside = 0
      for i in 0..<l.count {
        let half = spacing.above(t[i]) / 2
        let off = d[i] - l[i]
        let excess = abs(off) - half
        outside += excess > 0 ? 1 : 0
        let move = max(excess, 0)
        l[i] = off < 0 ? -move : move
      }
      return outside
    }
  }

  /// The nearest matrix of a rank to left · rightᵀ.
  private mutating func retract(left: Matrix<Double>, right: Matrix<Double>, rank: Int) {
    let a = QRDecomposition(left)
    let b = QRDecomposition(right)
    guard rank > 0,
      let core = try? SingularValues(Matrix.product(a.upper, .none, b.upper, .transposed))
    else { return }
    let kept = Array(0..<min(rank, core.values.count))
    self.left = Matrix.product(a.orthogonal, .none, core.left.selectingColumns(kept))
    var scaled = core.rightTransposed.transposed.selectingColumns(kept)
    for i in scaled.storage.indices { scaled.storage[i] *= core.values[i % kept.count] }
    self.right = Matrix.product(b.orthogonal, .none, scaled)
  }
}
