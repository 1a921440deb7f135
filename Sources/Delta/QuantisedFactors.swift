package import LinearAlgebra

/// A change of low rank in integers: Δ̂ = Σ_k scale_k · left_k right_kᵀ.
///
/// In steps of the grid 2^g its elements are N_ij = the exact value of Σ_k scale_k left_ki right_kj / 2^g,
/// rounded to the nearest integer, ties to even. That sentence is the definition; it names no machine
/// and no order of summation. ``GridProduct`` computes it.
package struct QuantisedFactors: Sendable {
  /// The grid that the change is rounded to.
  package let grid: FixedPointGrid
  /// `[rank, rows]`, integer-valued: one direction a row.
  package let left: Matrix<Double>
  /// `[rank, columns]`, integer-valued.
  package let right: Matrix<Double>
  /// One for each direction.
  let scales: [DirectionScale]
  /// max_i|left_ki| · max_j|right_kj| · multiplier for each direction, in units of its reduced exponent.
  let magnitudes: [Double]

  /// How far below the grid's exponent a direction's may lie, so that exact sums fit 128 bits.
  static let deepest = 60
  /// No element may pass this many grid steps.
  static let elementLimit = 4_611_686_018_427_387_904.0  // 2⁶²

  /// - Throws: ``DeltaError/payloadDamaged(field:found:expected:)`` where a direction lies outside the grid's
  ///   reach or its products pass 2⁵³, ``DeltaError/changeAboveGrid(largest:limit:)`` where the sum may
  ///   pass 2⁶² grid steps.
  init(
    grid: FixedPointGrid, left: Matrix<Double>, right: Matrix<Double>, scales: [DirectionScale]
  ) throws(DeltaError) {
    precondition(left.rows == scales.count && right.rows == scales.count, "ranks differ")
    self.grid = grid
    self.left = left
    self.right = right
    self.scales = scales
    magnitudes = scales.indices.map { k in
      Double(scales[k].reduced.multiplier) * left.row(k).largestMagnitude
        * right.row(k).largestMagnitude
    }
    for (scale, magnitude) in zip(scales, magnitudes) {
      let offset = scale.exponent - grid.exponent
      guard offset >= -Self.deepest, offset <= 62 else {
        throw .payloadDamaged(
          field: "exponent of a direction", found: "\(scale.exponent)",
          expected: "\(grid.exponent - Self.deepest) to \(grid.exponent + 62)")
      }
      guard magnitude < ExactProduct.limit else {
        throw .payloadDamaged(
          field: "largest product of a direction", found: "\(magnitude)", expected: "below 2^53")
      }
    }
    guard elementBound < Self.elementLimit else {
      throw .changeAboveGrid(
        largest: elementBound * grid.step, limit: Self.elementLimit * grid.step)
    }
  }

  /// The tensor's rows.
  package var rows: Int { left.columns }
  /// The tensor's columns.
  package var columns: Int { right.columns }
  /// The number of directions.
  package var rank: Int { scales.count }

  /// A bound on every |N_ij|, in grid steps.
  var elementBound: Double {
    zip(scales, magnitudes).reduce(1) { sum, direction in
      sum + direction.1 * Double.powerOfTwo(direction.0.reduced.exponent - grid.exponent)
    }
  }

  /// Whether every element is a whole number of grid steps before it is rounded.
  var isWholeOnGrid: Bool { scales.allSatisfy { $0.reduced.exponent >= grid.exponent } }

  /// The change in float64, before it is rounded to the grid: every element of the factors is exact,
  /// the scale is in the left one.
  package func factors() -> LowRankFactors {
    var scaled = left
    for k in 0..<rank {
      let scale = scales[k].value
      for index in k * rows..<(k + 1) * rows { scaled.storage[index] *= scale }
    }
    do {
      return try LowRankFactors(left: scaled.transposed, right: right.transposed)
    } catch {
      preconditionFailure("both factors have rank \(rank)")
    }
  }
}

extension ArraySlice<Double> {
  /// The largest magnitude; 0 of none.
  var largestMagnitude: Double {
    withUnsafeBufferPointer { values in
      var largest = 0.0
      for value in values { largest = Swift.max(largest, abs(value)) }
      return largest
    }
  }
}
