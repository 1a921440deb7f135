import Checkpoint
package import LinearAlgebra

/// The change that turns a tensor's present state into an edited one, bit for bit.
package struct ImportedDelta: Sendable {
  /// The change, to be added to what is active below.
  package let delta: TensorDelta
  /// ‖T − P‖_F.
  package let norm: Double
  /// ‖P‖_F.
  package let presentNorm: Double
  /// Elements beside the directions that rounding made necessary; 0 for a dense change.
  package let corrected: Int

  /// What a tensor is.
  package enum Shape: Sendable {
    /// Of two extents.
    case matrix
    /// Of one extent or more than two.
    case other
  }

  /// Bits that one number off its place costs to store, about.
  private static let bitsPerCorrection = 7.0
  /// Below this many bits a parameter nothing else is tried, unless few elements differ.
  private static let smallEnough = 1.5
  private static let few = 0.25

  /// Finds the change with the fewest bytes: directions with a correction where the difference is of low
  /// rank, else the difference itself in grid integers.
  ///
  /// - Parameters:
  ///   - shape: whether directions may be looked for; tensors that are no matrices are stored densely.
  ///   - count: how many active deltas change the tensor.
  ///   - load: gives delta 0 ..< count.
  /// - Throws: ``DeltaError``, and what `load` throws.
  package init(
    _ source: ImportSource, shape: Shape, over count: Int, threads: Workers,
    load: (Int) throws -> TensorDelta
  ) throws {
    let spectrum = try ImportSpectrum(source, threads: threads)
    norm = spectrum.differenceNorm
    presentNorm = spectrum.presentNorm
    var best: (delta: TensorDelta, corrected: Int)?
    if shape == .matrix, spectrum.left.columns > 0 {
      best = try Self.lowRank(source, spectrum, over: count, threads, load)
    }
    let elements = Double(source.rows) * Double(source.columns)
    let size = best.map { Double($0.delta.payload().count) } ?? .infinity
    if size * 8 > Self.smallEnough * elements || spectrum.changedShare < Self.few {
      let dense = try Self.dense(source, over: count, load)
      if Double(dense.delta.payload().count) < size { best = dense }
    }
    guard let best else { throw DeltaError.notFinite(what: "the change") }
    delta = best.delta
    corrected = best.corrected
  }

  private static func lowRank(
    _ source: ImportSource, _ spectrum: ImportSpectrum, over count: Int, _ threads: Workers,
    _ load: (Int) throws -> TensorDelta
  ) throws -> (delta: TensorDelta, corrected: Int)? {
    let refined = ImportRefinement(source, spectrum, threads: threads)
    let factors = try LowRankFactors(left: refined.left, right: refined.right)
    var precision = bestPrecision(factors, spectrum)
    var quantised: QuantisedFactors?
    while quantised == nil, precision < 0.5 {
      do throws(DeltaError) {
        quantised = try LowRankEncoder.encode(
          factors, grid: source.grid, precision: precision, keys: nil
        ).factors
      } catch {
        precision *= 4
      }
    }
    guard let quantised, quantised.rank > 0 else { return nil }
    var correction = try ImportCorrection(source)
    let (dense, corrected) = try correct(
      source, &correction, over: count + 1,
      load: { $0 < count ? try load($0) : .lowRank(quantised) })
    return (
      finer(corrected ? .corrected(quantised, dense) : .lowRank(quantised), correction.fine),
      correction.corrected
    )
  }

  private static func finer(_ delta: TensorDelta, _ fine: FineTerms) -> TensorDelta {
    fine.isEmpty ? delta : .finer(delta, fine)
  }

  /// The error of the factors at which their bits and those of the corrections that it costs are fewest.
  ///
  /// Halving the error costs a bit a coefficient; an error e moves e/u of the elements with spacing u over
  /// the edge of their interval.
  private static func bestPrecision(_ factors: LowRankFactors, _ spectrum: ImportSpectrum) -> Double
  {
    let elements = Double(factors.rows) * Double(factors.columns)
    let coefficients = Double(factors.rank) * Double(factors.rows + factors.columns)
    let typical = factors.frobeniusNorm / elements.squareRoot()
    let corrections = bitsPerCorrection * elements * 0.8 * typical * spectrum.meanInverseSpacing
    let precision = coefficients / 0.693 / max(corrections, .leastNormalMagnitude)
    return min(0.1, max(1e-9, precision))
  }

  private static func dense(
    _ source: ImportSource, over count: Int, _ load: (Int) throws -> TensorDelta
  ) throws -> (delta: TensorDelta, corrected: Int) {
    var correction = try ImportCorrection(source)
    var builder = DenseDeltaBuilder(rows: source.rows, columns: source.columns, grid: source.grid)
    try forEachPiece(source, over: count, load) { rows, sums, below in
      var integers = source.shortestChanges(rows, below: sums)
      for i in integers.indices {
        let (sum, overflow) = sums[i].addingReportingOverflow(integers[i])
        guard !overflow else { throw DeltaError.sumOverflows(row: rows.lowerBound) }
        sums[i] = sum
      }
      let corrections = try correction.correct(rows: rows, sums: sums, below: below)
      for (i, c) in zip(corrections.places, corrections.numbers) { integers[Int(i)] &+= c }
      integers.withUnsafeBufferPointer { builder.append($0) }
    }
    return (finer(.dense(try builder.finish()), correction.fine), 0)
  }

  private static func correct(
    _ source: ImportSource, _ correction: inout ImportCorrection, over count: Int,
    load: (Int) throws -> TensorDelta
  ) throws -> (dense: DenseDelta, isNeeded: Bool) {
    var builder = DenseDeltaBuilder(rows: source.rows, columns: source.columns, grid: source.grid)
    var isNeeded = false
    try forEachPiece(source, over: count, load) { rows, sums, below in
      let corrections = try correction.correct(rows: rows, sums: sums, below: below)
      isNeeded = isNeeded || corrections.count > 0
      builder.append(corrections, count: sums.count)
    }
    return (try builder.finish(), isNeeded)
  }

  /// Sums of what is active, band by band.
  private static func forEachPiece(
    _ source: ImportSource, over count: Int, _ load: (Int) throws -> TensorDelta,
    _ body: (Range<Int>, UnsafeMutableBufferPointer<Int64>, FineTerms) throws -> Void
  ) throws {
    let sum = StackSum(
      rows: source.rows, columns: source.columns, grid: source.grid,
      memoryLimit: ImportSource.memoryLimit)
    try sum.forEachBand(of: count, load: load, exactly: body)
  }
}
