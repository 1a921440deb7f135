import Delta
import LinearAlgebra
import TestSupport
import Testing

/// The precision that was asked for is what the decoded weights have, computed here element by element.
struct PrecisionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let rows: Int
    let columns: Int
    let weights: [Double]
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "flat", rows: 40, columns: 70, weights: Array(repeating: 1, count: 6)),
    Case(name: "decaying", rows: 70, columns: 40, weights: (1...12).map { 1 / Double($0) }),
    Case(
      name: "steep", rows: 50, columns: 50,
      weights: (0..<10).map { k in (0..<k).reduce(1.0) { w, _ in w / 10 } }),
    Case(name: "rank one", rows: 33, columns: 90, weights: [0.3]),
    Case(name: "more directions than rows", rows: 9, columns: 30, weights: (0..<20).map { _ in 1 }),
    Case(name: "one row", rows: 1, columns: 200, weights: [2]),
    Case(name: "one column", rows: 200, columns: 1, weights: [2, 1]),
    Case(name: "tiny", rows: 30, columns: 30, weights: [1e-5, 1e-6]),
    Case(name: "huge", rows: 30, columns: 30, weights: [1e4, 1]),
  ]

  private func check(
    _ factors: LowRankFactors, _ precision: Double, keys: EditKeys? = nil
  ) throws {
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let (delta, error) = try TensorDelta.encode(
      factors, grid: grid, precision: precision, keys: keys)
    #expect(error.worst <= precision)
    let exact = factors.schoolbook
    let found = Matrix(
      rows: exact.rows, columns: exact.columns,
      try gridIntegers([delta]).map { Double($0) * grid.step })
    let off = difference(found, exact)
    let relative = off.frobeniusNorm / exact.frobeniusNorm
    // Beside the asked precision only the oracle's own rounding is allowed for.
    #expect(relative <= error.relative + 1e-12, "found \(relative), reported \(error.relative)")
    guard let keys else { return }
    let (offKeys, exactKeys) =
      switch keys {
      case .columns(let k): (schoolbookProduct(off, k), schoolbookProduct(exact, k))
      case .rows(let k):
        (schoolbookProduct(off.transposed, k), schoolbookProduct(exact.transposed, k))
      }
    let onKeys = offKeys.frobeniusNorm / exactKeys.frobeniusNorm
    #expect(onKeys <= (error.onKeys ?? 0) + 1e-12, "found \(onKeys)")
  }

  @Test("the error asked for holds on the decoded change", arguments: cases)
  func errorHolds(_ c: Case) throws {
    var random = SeededGenerator(seed: UInt64(c.rows + c.columns))
    let factors = try random.change(c.rows, c.columns, weights: c.weights)
    for precision in [0.5, 1e-1, 1e-2, 1e-3, 1e-5] { try check(factors, precision) }
  }

  @Test("it holds on the edit's own keys, on either side", arguments: cases)
  func errorHoldsOnKeys(_ c: Case) throws {
    var random = SeededGenerator(seed: UInt64(c.rows * c.columns))
    let factors = try random.change(c.rows, c.columns, weights: c.weights)
    for precision in [1e-1, 1e-3] {
      try check(factors, precision, keys: .columns(random.matrix(c.columns, 3)))
      try check(factors, precision, keys: .rows(random.matrix(c.rows, 5)))
    }
  }

  @Test("keys that the change hardly moves bind harder than the change itself")
  func keysCanBind() throws {
    var random = SeededGenerator(seed: 5)
    let factors = try random.change(40, 60, weights: [1, 1e-2])
    // A key orthogonal to the strong direction: only the weak one moves it.
    let strong = factors.right.column(0)
    var key = factors.right.column(1)
    let along =
      zip(strong, key).reduce(0) { $0 + $1.0 * $1.1 } / strong.reduce(0) { $0 + $1 * $1 }
    for j in key.indices { key[j] -= along * strong[j] }
    let keys = EditKeys.columns(Matrix(rows: 60, columns: 1, key))
    try check(factors, 1e-2, keys: keys)
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let free = try TensorDelta.encode(factors, grid: grid, precision: 1e-2)
    let bound = try TensorDelta.encode(factors, grid: grid, precision: 1e-2, keys: keys)
    #expect(bound.delta.payload().count > free.delta.payload().count)
    #expect(bound.error.relative < free.error.relative)
  }

  @Test("equal, zero and cancelling directions drop out")
  func redundantDirections() throws {
    var random = SeededGenerator(seed: 8)
    let (u, v) = (random.matrix(30, 2), random.matrix(50, 2))
    let factors = try LowRankFactors(
      left: Matrix(rows: 30, columns: 6) { i, k in
        [u[i, 0], u[i, 0], 0, u[i, 1], u[i, 1], -u[i, 1]][k]
      },
      right: Matrix(rows: 50, columns: 6) { j, k in
        [v[j, 0], v[j, 0], v[j, 1], v[j, 1], v[j, 0], v[j, 0]][k]
      })
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let (delta, _) = try TensorDelta.encode(factors, grid: grid, precision: 1e-4)
    #expect(delta.rank == 2)
    try check(factors, 1e-4)
  }

  @Test("factors of wildly different lengths lose nothing")
  func illConditionedFactors() throws {
    var random = SeededGenerator(seed: 13)
    let base = try random.change(40, 40, weights: [1, 0.5, 0.25])
    let scales = [1e-9, 1, 1e12]
    let factors = try LowRankFactors(
      left: Matrix(rows: 40, columns: 3) { i, k in base.left[i, k] * scales[k] },
      right: Matrix(rows: 40, columns: 3) { j, k in base.right[j, k] / scales[k] })
    try check(factors, 1e-4)
  }

  @Test("one element changed is a change like any other")
  func singleElement() throws {
    let factors = try LowRankFactors(
      left: Matrix(rows: 500, columns: 1) { i, _ in i == 17 ? 0.25 : 0 },
      right: Matrix(rows: 700, columns: 1) { j, _ in j == 3 ? 1 : 0 })
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let (delta, error) = try TensorDelta.encode(factors, grid: grid, precision: 1e-4)
    #expect(error.worst <= 1e-4)
    #expect(delta.payload().count < 80, "\(delta.payload().count) bytes")
    let integers = try gridIntegers([delta])
    #expect(integers.filter { $0 != 0 }.count == 1)
  }

  @Test("no change is a delta of rank 0")
  func noChange() throws {
    let factors = try LowRankFactors(
      left: Matrix(rows: 5, columns: 2), right: Matrix(rows: 7, columns: 2))
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let (delta, error) = try TensorDelta.encode(factors, grid: grid)
    #expect(delta.rank == 0 && error.worst == 0)
    #expect(try gridIntegers([delta]) == Array(repeating: 0, count: 35))
    let back = try TensorDelta(payload: delta.payload(), limits: limits(delta))
    #expect(back.rank == 0 && back.rows == 5 && back.columns == 7)
  }

  @Test("with as many coefficients as elements, the smaller form is taken")
  func fullRankGoesDense() throws {
    var random = SeededGenerator(seed: 3)
    let factors = try random.change(24, 24, weights: Array(repeating: 1, count: 24))
    try check(factors, 1e-3)
    let grid = try FixedPointGrid(largestMagnitude: 1)
    #expect(try TensorDelta.encode(factors, grid: grid).delta.rank == nil)
  }

  @Test("what cannot be encoded says why")
  func refusals() throws {
    var random = SeededGenerator(seed: 2)
    let grid = try FixedPointGrid(largestMagnitude: 1)
    let good = try random.change(8, 9, weights: [1])
    #expect(
      throws: DeltaError.shapeMismatch(
        what: "rank of the right factor", found: [3], expected: [2])
    ) {
      try LowRankFactors(left: Matrix(rows: 4, columns: 2), right: Matrix(rows: 4, columns: 3))
    }
    for precision in [0, 1, -1, .nan, 1e-12] {
      #expect(throws: DeltaError.self) {
        try TensorDelta.encode(good, grid: grid, precision: precision)
      }
    }
    #expect(throws: DeltaError.shapeMismatch(what: "keys", found: [8, 2], expected: [9, 2])) {
      try TensorDelta.encode(good, grid: grid, keys: .columns(Matrix(rows: 8, columns: 2)))
    }
    #expect(throws: DeltaError.notFinite(what: "a key")) {
      try TensorDelta.encode(
        good, grid: grid, keys: .rows(Matrix(rows: 8, columns: 1) { _, _ in .nan }))
    }
    var bad = good.left
    bad[3, 0] = .infinity
    let notFinite = try LowRankFactors(left: bad, right: good.right)
    #expect(throws: DeltaError.notFinite(what: "the change")) {
      try TensorDelta.encode(notFinite, grid: grid)
    }
  }

  @Test("a change below the grid or beyond it is refused with the limit")
  func outsideTheGrid() throws {
    var random = SeededGenerator(seed: 4)
    let small = try random.change(8, 9, weights: [1e-13])
    let grid = try FixedPointGrid(largestMagnitude: 1)
    #expect {
      try TensorDelta.encode(small, grid: grid)
    } throws: {
      guard case .changeBelowGrid(let norm, let smallest) = $0 as? DeltaError else { return false }
      return norm < smallest && norm > 0
    }
    for weight in [1e9, 1e30, 1e150] {
      let large = try random.change(8, 9, weights: [weight])
      #expect {
        try TensorDelta.encode(large, grid: grid)
      } throws: {
        if case .changeAboveGrid = $0 as? DeltaError { return true }
        return false
      }
    }
    let vanishing = try random.change(8, 9, weights: [1e-200])
    #expect {
      try TensorDelta.encode(vanishing, grid: grid)
    } throws: {
      if case .changeBelowGrid = $0 as? DeltaError { return true }
      return false
    }
  }

  @Test("a precision that integers below 2^53 cannot give is refused, not missed")
  func precisionOutOfReach() throws {
    var random = SeededGenerator(seed: 4)
    let factors = try random.change(300, 400, weights: [1, 1])
    let grid = try FixedPointGrid(exponent: -50)
    let error = #expect(throws: DeltaError.self) {
      try TensorDelta.encode(factors, grid: grid, precision: 1e-9)
    }
    guard case .precisionOutOfReach(1e-9, let finest) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    // What it says can be had can be had, and half of it cannot.
    #expect(try TensorDelta.encode(factors, grid: grid, precision: finest).error.worst <= finest)
    #expect(throws: DeltaError.precisionOutOfReach(asked: finest / 2, finest: finest)) {
      try TensorDelta.encode(factors, grid: grid, precision: finest / 2)
    }
  }
}
