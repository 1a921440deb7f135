internal import Checkpoint
package import LinearAlgebra

/// The change of one tensor, exactly: integers on the tensor's grid, with bytes to store them.
package enum TensorDelta: Sendable {
  /// As a sum of few directions.
  case lowRank(QuantisedFactors)
  /// Element by element.
  case dense(DenseDelta)
  /// As a sum of few directions and, element by element, what is missing to the rounded numbers wanted.
  case corrected(QuantisedFactors, DenseDelta)
  /// As one of the above and, for a few elements, what is missing below the grid.
  indirect case finer(TensorDelta, FineTerms)

  /// The precision that edits have unless asked otherwise: behaviour does not move at it.
  package static let defaultPrecision = 1e-3
  /// The precisions that can be asked for.
  package static let precisions = 1e-9..<1.0

  // MARK: Encoding

  /// Encodes a change of low rank with the fewest bits for a precision.
  ///
  /// - Parameters:
  ///   - factors: Δ = left · rightᵀ, in the tensor's stored orientation.
  ///   - grid: the tensor's.
  ///   - precision: ε: ‖Δ̂ − Δ‖_F ≤ ε‖Δ‖_F, and with keys ‖(Δ̂ − Δ)K‖_F ≤ ε‖ΔK‖_F too, the rounding to the
  ///     grid included.
  ///   - keys: the edit's own keys, and which side of the tensor they multiply.
  /// - Returns: the delta, and the errors that it has.
  /// - Throws: ``DeltaError/notFinite(what:)``, ``DeltaError/shapeMismatch(what:found:expected:)``,
  ///   ``DeltaError/precisionOutOfRange(_:)``, ``DeltaError/precisionOutOfReach(asked:finest:)``,
  ///   ``DeltaError/changeBelowGrid(norm:smallest:)``, ``DeltaError/changeAboveGrid(largest:limit:)``.
  /// - Complexity: for rank r, a QR of both factors, an SVD of r × r, and 4(m + n)r² flops a step of
  ///   the search for the level, of which there are three to five.
  package static func encode(
    _ factors: LowRankFactors, grid: FixedPointGrid, precision: Double = defaultPrecision,
    keys: EditKeys? = nil
  ) throws(DeltaError) -> (delta: TensorDelta, error: AchievedError) {
    let (quantised, error) = try LowRankEncoder.encode(
      factors, grid: grid, precision: precision, keys: keys)
    // With as many coefficients as elements the factors have no advantage left.
    guard quantised.rank * (factors.rows + factors.columns) >= factors.rows * factors.columns,
      quantised.rank > 0
    else { return (.lowRank(quantised), error) }
    let product = Matrix.product(factors.left, .none, factors.right, .transposed)
    let (dense, denseError) = try DenseEncoder.encode(
      product, grid: grid, precision: precision, keys: keys)
    let lowRank = TensorDelta.lowRank(quantised)
    return dense.payload().count < lowRank.payload().count
      ? (.dense(dense), denseError) : (lowRank, error)
  }

  /// Bytes that ``encode(_:grid:precision:keys:)`` takes at its widest beside what it is given: the decomposition of
  /// both factors, or the search's integers, their distance to the change, and that on the keys.
  ///
  /// - Parameter directions: r of the factors, and as many keys.
  package static func encodingBytes(rows: Int, columns: Int, directions: Int) -> Int {
    let (left, right) = (min(rows, directions), min(columns, directions))
    let rank = min(left, right)
    let decomposition = 2 * (rows * left + columns * right) + (left + right) * directions
    let search = 5 * rank * (rows + columns) + 3 * rank * directions + 12 * rank * rank
    return MemoryLayout<Double>.size * max(decomposition, search)
  }

  /// Encodes a change given element by element.
  ///
  /// - Parameters:
  ///   - change: Δ, `[rows, columns]`; a tensor of one dimension has one row.
  ///   - precision: as above; `nil` keeps everything that the grid can hold.
  /// - Throws: as above.
  package static func encode(
    dense change: Matrix<Double>, grid: FixedPointGrid, precision: Double? = defaultPrecision,
    keys: EditKeys? = nil
  ) throws(DeltaError) -> (delta: TensorDelta, error: AchievedError) {
    let (dense, error) = try DenseEncoder.encode(
      change, grid: grid, precision: precision, keys: keys)
    return (.dense(dense), error)
  }

  /// Encodes a change given element by element in whichever form has fewer bytes: directions where few carry
  /// it, else the elements themselves.
  ///
  /// - Parameters:
  ///   - change: Δ, `[rows, columns]`; a tensor of one dimension has one row.
  ///   - precision: ε: ‖Δ̂ − Δ‖_F ≤ ε‖Δ‖_F.
  /// - Throws: as above.
  package static func encode(
    smallest change: Matrix<Double>, grid: FixedPointGrid, precision: Double = defaultPrecision
  ) throws(DeltaError) -> (delta: TensorDelta, error: AchievedError) {
    let dense = try encode(dense: change, grid: grid, precision: precision)
    guard let (factors, missing) = DirectionSearch.factors(of: change, within: precision / 4),
      let (quantised, error) = try? LowRankEncoder.encode(
        factors, grid: grid, precision: precision - missing, keys: nil)
    else { return dense }
    let lowRank = TensorDelta.lowRank(quantised)
    guard lowRank.payload().count < dense.delta.payload().count else { return dense }
    return (lowRank, AchievedError(relative: error.relative + missing, onKeys: nil))
  }

  // MARK: Bytes

  /// The bytes to store: self-describing, versioned, the same for the same integers.
  package func payload() -> [UInt8] {
    switch self {
    case .lowRank(let factors): LowRankPayload.bytes(factors)
    case .dense(let dense): dense.payload()
    case .corrected(let factors, let dense): CorrectedPayload.bytes(factors, dense)
    case .finer(let integers, let fine): FinePayload.bytes(integers, fine)
    }
  }

  /// Reads what ``payload()`` wrote; whatever the bytes hold, nothing is believed before it is checked.
  ///
  /// - Throws: ``DeltaError``: which field, what was found, what was expected.
  package init(payload: [UInt8], limits: PayloadLimits) throws(DeltaError) {
    self = try payload.withUnsafeBufferPointer { elements throws(DeltaError) in
      var reader = ByteReader(UnsafeRawBufferPointer(elements))
      let header = try PayloadHeader(from: &reader, limits: limits)
      switch header.kind {
      case .lowRank: return .lowRank(try LowRankPayload.factors(header, &reader, limits))
      case .dense: return .dense(try DenseDelta(header, &reader, payload: payload, limits))
      case .corrected: return try CorrectedPayload.delta(header, &reader, limits)
      case .fine: return try FinePayload.delta(header, &reader, limits)
      }
    }
  }

  // MARK: Looking at it

  /// The tensor's rows; one for a tensor of one dimension.
  package var rows: Int {
    switch self {
    case .lowRank(let factors), .corrected(let factors, _): factors.rows
    case .dense(let dense): dense.rows
    case .finer(let integers, _): integers.rows
    }
  }

  /// The tensor's columns.
  package var columns: Int {
    switch self {
    case .lowRank(let factors), .corrected(let factors, _): factors.columns
    case .dense(let dense): dense.columns
    case .finer(let integers, _): integers.columns
    }
  }

  /// The grid that it lies on.
  package var grid: FixedPointGrid {
    switch self {
    case .lowRank(let factors), .corrected(let factors, _): factors.grid
    case .dense(let dense): dense.grid
    case .finer(let integers, _): integers.grid
    }
  }

  /// The number of directions; `nil` for a dense change.
  package var rank: Int? {
    switch self {
    case .lowRank(let factors), .corrected(let factors, _): factors.rank
    case .dense: nil
    case .finer(let integers, _): integers.rank
    }
  }

  /// The change's factors in float64, exactly as quantised, before the rounding to the grid and without
  /// corrections; `nil` for a dense change.
  package func factors() -> LowRankFactors? {
    switch self {
    case .lowRank(let factors), .corrected(let factors, _): factors.factors()
    case .dense: nil
    case .finer(let integers, _): integers.factors()
    }
  }

  /// Whether something stands beside the directions: what rounded numbers asked for.
  package var isCorrected: Bool {
    switch self {
    case .lowRank, .dense: false
    case .corrected, .finer: true
    }
  }

  /// ‖Δ̂‖_F of all that is added to the weights: of corrections and of what stands below the grid as well.
  ///
  /// - Throws: ``DeltaError``.
  package func frobeniusNorm() throws -> Double {
    switch self {
    case .lowRank(let factors): return factors.factors().frobeniusNorm
    case .dense(let dense): return try dense.frobeniusNorm()
    case .corrected, .finer:
      var sum = 0.0
      try forEachBand { _, values in
        for value in values { sum += value * value }
      }
      return sum.squareRoot()
    }
  }

  /// ‖Δ̂ − directions‖_F: of what stands beside the directions, element by element; all of a dense change.
  ///
  /// - Throws: ``DeltaError``.
  package func normBesideDirections() throws -> Double {
    switch self {
    case .lowRank: return 0
    case .dense(let dense), .corrected(_, let dense): return try dense.frobeniusNorm()
    case .finer(let integers, let fine):
      let norm = try integers.normBesideDirections()
      var sum = norm * norm
      fine.forEachElement { _, terms in
        let value = ExactDyadicSum(0, on: grid, terms).rounded(to: .float64)
        sum += value * value
      }
      return sum.squareRoot()
    }
  }

  /// Hands over the change in float64, band of rows by band of rows: `[rows.count, columns]`, row-major.
  ///
  /// Everything that is added to the weights is in it: the grid integers as they are summed, and of an element with
  /// something below the grid the exact sum of both, rounded once; infinite where that is beyond float64.
  /// - Throws: ``DeltaError``, and what `body` throws.
  package func forEachBand(
    _ body: (Range<Int>, UnsafeBufferPointer<Double>) throws -> Void
  ) throws {
    let (grid, sum) = (grid, StackSum(rows: rows, columns: columns, grid: grid))
    try sum.forEachBand(of: 1, load: { _ in self }) { rows, integers, fine in
      var values = integers.map { Double($0) * grid.step }
      fine.forEachElement { element, terms in
        values[element] = ExactDyadicSum(integers[element], on: grid, terms).rounded(to: .float64)
      }
      try values.withUnsafeBufferPointer { try body(rows, $0) }
    }
  }
}
