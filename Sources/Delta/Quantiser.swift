import LinearAlgebra

/// A spectral form rounded to integers, with its exact distance from the original.
struct Quantiser {
  /// The change.
  let form: SpectralForm
  /// VᵀK or UᵀK, `[rank, n]`: the keys in the coordinates of the side that they multiply.
  let projectedKeys: Matrix<Double>?
  let keys: EditKeys?
  /// ‖ΔK‖_F.
  let keyNorm: Double

  init(_ form: SpectralForm, keys: EditKeys?) {
    self.form = form
    self.keys = keys
    projectedKeys = keys.map { keys in
      switch keys {
      case .columns(let k): Matrix.product(form.right, .none, k)
      case .rows(let k): Matrix.product(form.left, .none, k)
      }
    }
    keyNorm =
      projectedKeys.map { projected in
        (0..<form.rank).reduce(0.0) { sum, k in
          sum + form.values[k] * form.values[k] * projected.row(k).reduce(0) { $0 + $1 * $1 }
        }.squareRoot()
      } ?? 0
  }

  /// Integers on both sides for every direction of an allocation. Directions of which a side rounds
  /// to nothing are left out. `nil` where an integer would pass the format's limit.
  func quantise(_ allocation: BitAllocation) -> Quantised? {
    var kept: [BitAllocation.Step] = []
    var left: [Double] = []
    var right: [Double] = []
    for step in allocation.steps {
      guard let a = Self.round(form.left.row(step.direction), step: step.left),
        let b = Self.round(form.right.row(step.direction), step: step.right)
      else { return nil }
      guard a.contains(where: { $0 != 0 }), b.contains(where: { $0 != 0 }) else { continue }
      kept.append(step)
      left += a
      right += b
    }
    return Quantised(
      steps: kept, left: Matrix(rows: kept.count, columns: form.left.columns, left),
      right: Matrix(rows: kept.count, columns: form.right.columns, right))
  }

  struct Quantised {
    let steps: [BitAllocation.Step]
    /// `[rank, rows]` and `[rank, columns]`, integer-valued.
    let left: Matrix<Double>
    let right: Matrix<Double>
  }

  private static func round(_ row: ArraySlice<Double>, step: Double) -> [Double]? {
    let inverse = 1 / step
    var largest = 0.0
    let rounded = [Double](unsafeUninitializedCapacity: row.count) { target, count in
      count = row.count
      row.withUnsafeBufferPointer { row in
        for index in row.indices {
          // Adding 1.5 · 2⁵² rounds to the nearest integer, as no magnitude here passes 2⁵¹.
          let value = (row[index] * inverse + 6_755_399_441_055_744) - 6_755_399_441_055_744
          largest = max(largest, abs(value))
          target.initializeElement(at: index, to: value)
        }
      }
    }
    return largest <= Double(IntegerDecoder.limit) ? rounded : nil
  }

  /// ‖Δ̂ − Δ‖_F and ‖(Δ̂ − Δ)K‖_F, before the grid's rounding.
  ///
  /// Δ̂ − Δ = Σ_kept s_k[(û_k − u_k)v̂_kᵀ + u_k(v̂_k − v_k)ᵀ] − Σ_dropped s_k u_k v_kᵀ = P Qᵀ, and its norm
  /// comes from the Gram matrices of P and Q: sums of small terms, not differences of large ones.
  func distance(_ quantised: Quantised) -> (frobenius: Double, onKeys: Double) {
    let steps = quantised.steps
    let keptSet = Set(steps.map(\.direction))
    let dropped = (0..<form.rank).filter { !keptSet.contains($0) }
    let count = 2 * steps.count + dropped.count
    var p = Matrix<Double>(rows: count, columns: form.left.columns)
    var q = Matrix<Double>(rows: count, columns: form.right.columns)
    for (index, step) in steps.enumerated() {
      let (k, s) = (step.direction, form.values[step.direction])
      let second = steps.count + index
      p.fill(row: index, quantised.left.row(index), s * step.left, form.left.row(k), -s)
      q.fill(row: index, quantised.right.row(index), step.right, form.right.row(k), 0)
      p.fill(row: second, form.left.row(k), s, form.left.row(k), 0)
      q.fill(row: second, quantised.right.row(index), step.right, form.right.row(k), -1)
    }
    for (index, k) in dropped.enumerated() {
      let row = 2 * steps.count + index
      p.fill(row: row, form.left.row(k), -form.values[k], form.left.row(k), 0)
      q.fill(row: row, form.right.row(k), 1, form.right.row(k), 0)
    }
    let (gp, gq) = (Self.gram(p), Self.gram(q))
    let frobenius = GramProduct.trace(gp, gq).squareRoot()
    let onKeys: Double =
      switch keys {
      case .columns(let k):
        GramProduct.trace(gp, Self.gram(Matrix.product(q, .none, k))).squareRoot()
      case .rows(let k): GramProduct.trace(gq, Self.gram(Matrix.product(p, .none, k))).squareRoot()
      case nil: 0
      }
    return (frobenius, onKeys)
  }

  private static func gram(_ matrix: Matrix<Double>) -> Matrix<Double> {
    var gram = Matrix<Double>(rows: matrix.rows, columns: matrix.rows)
    gram.addOuterProduct(of: matrix, scalingSelfBy: 0)
    return gram
  }
}

extension Matrix<Double> {
  /// A row ← α x + β y.
  fileprivate mutating func fill(
    row: Int, _ x: ArraySlice<Double>, _ alpha: Double, _ y: ArraySlice<Double>, _ beta: Double
  ) {
    let start = row * columns
    storage.withUnsafeMutableBufferPointer { target in
      x.withUnsafeBufferPointer { x in
        y.withUnsafeBufferPointer { y in
          for j in x.indices { target[start + j] = alpha * x[j] + beta * y[j] }
        }
      }
    }
  }
}
