import LinearAlgebra

/// Finds the coarsest integers that keep a change of low rank within the asked precision.
enum LowRankEncoder {
  static func encode(
    _ factors: LowRankFactors, grid: FixedPointGrid, precision: Double, keys: EditKeys?
  ) throws(DeltaError) -> (factors: QuantisedFactors, error: AchievedError) {
    guard TensorDelta.precisions.contains(precision) else { throw .precisionOutOfRange(precision) }
    try check(keys, against: factors)
    let form = try SpectralForm(factors)
    let largest = form.values.first ?? 0
    guard largest > 0 else {
      return (try zero(factors, grid), AchievedError(relative: 0, onKeys: nil))
    }
    // Far beyond any tensor's numbers, and still short of where their squares leave float64.
    guard largest > 0x1p-500 else {
      throw .changeBelowGrid(norm: largest, smallest: grid.step)
    }
    guard largest < 0x1p500 else {
      throw .changeAboveGrid(largest: largest, limit: QuantisedFactors.elementLimit * grid.step)
    }
    let norm = form.squaredNorm.squareRoot()
    let quantiser = Quantiser(form, keys: keys)
    let rounding = GridRounding(factors, grid: grid, keys: keys)
    let elements = (Double(factors.rows) * Double(factors.columns)).squareRoot()
    guard norm / elements < QuantisedFactors.elementLimit * grid.step else {
      throw .changeAboveGrid(
        largest: norm / elements, limit: QuantisedFactors.elementLimit * grid.step)
    }
    guard rounding.frobenius <= precision * norm / 2 else {
      throw .changeBelowGrid(norm: norm, smallest: 2 * rounding.frobenius / precision)
    }

    var search = Search(
      quantiser: quantiser, rounding: rounding, norm: norm, precision: precision,
      rows: factors.rows, columns: factors.columns)
    if let found = try exact(search, on: grid) { return found }
    // Whoever asked wants to know what to ask for.
    repeat {
      search.precision *= 2
      guard try exact(search, on: grid) == nil else { break }
    } while search.precision < 1
    throw .precisionOutOfReach(asked: precision, finest: search.precision)
  }

  /// The coarsest integers within a precision; `nil` where they are too large for exact products.
  private static func exact(
    _ search: Search, on grid: FixedPointGrid
  ) throws(DeltaError) -> (factors: QuantisedFactors, error: AchievedError)? {
    // Powers of two leave more room.
    for fineness in DirectionScale.Fineness.allCases {
      guard let best = search.coarsest(fineness) else { continue }
      do {
        return (
          try QuantisedFactors(
            grid: grid, left: best.quantised.left, right: best.quantised.right,
            scales: best.quantised.steps.map(\.scale)), best.error
        )
      } catch .changeAboveGrid(let largest, let limit) {
        throw .changeAboveGrid(largest: largest, limit: limit)
      } catch {
        continue
      }
    }
    return nil
  }

  private static func zero(
    _ factors: LowRankFactors, _ grid: FixedPointGrid
  ) throws(DeltaError) -> QuantisedFactors {
    try QuantisedFactors(
      grid: grid, left: Matrix(rows: 0, columns: factors.rows),
      right: Matrix(rows: 0, columns: factors.columns), scales: [])
  }

  private static func check(
    _ keys: EditKeys?, against factors: LowRankFactors
  ) throws(DeltaError) {
    let (matrix, extent): (Matrix<Double>, Int)
    switch keys {
    case .columns(let k): (matrix, extent) = (k, factors.columns)
    case .rows(let k): (matrix, extent) = (k, factors.rows)
    case nil: return
    }
    guard matrix.rows == extent else {
      throw .shapeMismatch(
        what: "keys", found: [matrix.rows, matrix.columns], expected: [extent, matrix.columns])
    }
    guard matrix.storage.allSatisfy(\.isFinite) else { throw .notFinite(what: "a key") }
  }
}

/// The search for the water level: the coarsest quantisation within a precision.
private struct Search {
  let quantiser: Quantiser
  let rounding: GridRounding
  let norm: Double
  var precision: Double
  let rows: Int
  let columns: Int

  private var values: [Double] { quantiser.form.values }

  /// The coarsest quantisation found to be within the precision; `nil` where there is none.
  ///
  /// The error grows with the level nearly as its square root: a few secant steps, kept inside the
  /// bracket of the largest level known to hold and the smallest known not to.
  func coarsest(
    _ fineness: DirectionScale.Fineness
  ) -> (quantised: Quantiser.Quantised, error: AchievedError)? {
    var best: (quantised: Quantiser.Quantised, error: AchievedError)?
    var holds = 0.0
    var fails = Double.infinity
    var target = precision
    for _ in 0..<12 {
      var level = self.level(error: target * norm)
      if !(level > holds && level < fails) {
        guard holds > 0, fails.isFinite else { break }
        level = (holds * fails).squareRoot()
      }
      let allocation = BitAllocation(
        values: values, rows: rows, columns: columns, level: level, fineness)
      guard let quantised = quantiser.quantise(allocation) else { break }
      let error = error(quantised)
      let ratio = error.worst / precision
      if ratio <= 1 {
        holds = level
        best = (quantised, error)
        if ratio > 0.998 { break }
      } else {
        fails = level
      }
      if fails / holds < 1.001 { break }
      target *= 0.999 / ratio
    }
    return best
  }

  private func error(_ quantised: Quantiser.Quantised) -> AchievedError {
    let distance = quantiser.distance(quantised)
    let onKeys =
      quantiser.keyNorm > 0 ? (distance.onKeys + rounding.onKeys) / quantiser.keyNorm : nil
    return AchievedError(
      relative: (distance.frobenius + rounding.frobenius) / norm, onKeys: onKeys)
  }

  /// The level whose expected error is the given one, by bisection on its logarithm.
  private func level(error: Double) -> Double {
    let wanted = error * error
    // At the top every direction is under water; at the bottom none is and the error is tiny.
    var high = values[0] * values[0]
    var low = wanted / Double(values.count * (rows + columns)) * 1e-6
    for _ in 0..<60 where high / low > 1 + 1e-9 {
      let middle = (low * high).squareRoot()
      let expected = BitAllocation.expectedSquaredError(
        values, rows: rows, columns: columns, level: middle)
      if expected <= wanted { low = middle } else { high = middle }
    }
    return low
  }
}

/// How much rounding to the grid can add to a change's error: half a step an element.
struct GridRounding {
  /// A bound on the Frobenius norm of what rounding adds.
  let frobenius: Double
  /// The same after multiplying by the keys: at most ‖·‖_F ‖K‖_F.
  let onKeys: Double

  init(_ factors: LowRankFactors, grid: FixedPointGrid, keys: EditKeys?) {
    frobenius = grid.step / 2 * (Double(factors.rows) * Double(factors.columns)).squareRoot()
    onKeys =
      switch keys {
      case .columns(let k), .rows(let k): frobenius * k.frobeniusNorm
      case nil: 0
      }
  }
}
