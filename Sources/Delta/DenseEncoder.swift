import LinearAlgebra

/// Rounds a dense change to the coarsest uniform steps that keep it within the asked precision.
enum DenseEncoder {
  /// - Parameter precision: ε; `nil` rounds to the grid itself and no coarser.
  static func encode(
    _ change: Matrix<Double>, grid: FixedPointGrid, precision: Double?, keys: EditKeys?
  ) throws(DeltaError) -> (delta: DenseDelta, error: AchievedError) {
    if let precision, !TensorDelta.precisions.contains(precision) {
      throw .precisionOutOfRange(precision)
    }
    let norm = change.frobeniusNorm
    guard norm.isFinite else { throw .notFinite(what: "the change") }
    let largest = change.storage.reduce(0) { max($0, abs($1)) }
    guard largest < QuantisedFactors.elementLimit * grid.step else {
      throw .changeAboveGrid(largest: largest, limit: QuantisedFactors.elementLimit * grid.step)
    }
    guard norm > 0 else {
      let zeros = [Int64](repeating: 0, count: change.storage.count)
      return (
        try DenseDelta(gridIntegers: zeros, rows: change.rows, columns: change.columns, grid: grid),
        AchievedError(relative: 0, onKeys: nil)
      )
    }
    let keyNorm = keys.map { Self.norm(of: change, on: $0) } ?? 0
    func attempt(_ step: Int64) -> (integers: [Int64], error: AchievedError) {
      let scale = Double(step) * grid.step
      let integers = change.storage.map { Int64(($0 / scale).rounded(.toNearestOrEven)) * step }
      let difference = Matrix(
        rows: change.rows, columns: change.columns,
        zip(integers, change.storage).map { Double($0) * grid.step - $1 })
      let onKeys =
        keyNorm > 0 ? keys.map { Self.norm(of: difference, on: $0) / keyNorm } : nil
      return (
        integers, AchievedError(relative: difference.frobeniusNorm / norm, onKeys: onKeys)
      )
    }
    guard let precision else {
      let (integers, error) = attempt(1)
      return (
        try DenseDelta(
          gridIntegers: integers, rows: change.rows, columns: change.columns, grid: grid), error
      )
    }
    // A uniform step q adds q/√12 an element where it is small against the change.
    let perElement = norm / Double(change.storage.count).squareRoot()
    var wanted = precision * perElement * 12.0.squareRoot() / grid.step
    var closest = Double.infinity
    for _ in 0..<16 {
      let step = Self.step(atMost: wanted)
      let (integers, error) = attempt(step)
      closest = min(closest, error.worst)
      if error.worst <= precision {
        return (
          try DenseDelta(
            integers, rows: change.rows, columns: change.columns, grid: grid, sharedStep: step),
          error
        )
      }
      guard step > 1 else { break }
      wanted = Double(step) * min(0.97, precision / error.worst)
    }
    throw .changeBelowGrid(norm: norm, smallest: norm * closest / precision)
  }

  /// The largest integer of five significant bits that is not above a number, at least 1.
  private static func step(atMost value: Double) -> Int64 {
    guard value >= 2 else { return 1 }
    let whole = Int64(min(value, 1e18))
    let shift = max(0, Int64.bitWidth - whole.leadingZeroBitCount - 5)
    return (whole >> Int64(shift)) << Int64(shift)
  }

  private static func norm(of change: Matrix<Double>, on keys: EditKeys) -> Double {
    switch keys {
    case .columns(let k): Matrix.product(change, .none, k).frobeniusNorm
    case .rows(let k): Matrix.product(change, .transposed, k).frobeniusNorm
    }
  }
}
