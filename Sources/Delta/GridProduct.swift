import LinearAlgebra

/// Computes the grid integers of a low-rank change, tile by tile.
///
/// N_ij is the exact Σ_k μ_k 2^(e_k − g) a_ki b_kj rounded once, ties to even; a scale is μ 2^e with μ odd. Where 64-bit
/// integers hold the sums, as they nearly always do, they are taken (``IntegerProduct``). Elsewhere
/// directions are put into groups, the largest exponents first, such that within a group of least
/// exponent E the sum Σ μ_k 2^(e_k − E) max|a_k| max|b_k| stays below 2⁵³. A group's product is then an exact
/// integer P by one `dgemm` (see ``ExactProduct``), in units of 2^E, and Σ P · 2^E is summed in 128-bit integers in units
/// of 2^min(E, g): an element has less than 2⁶² grid steps and no exponent lies more than 60 below the grid's. That exact
/// sum is then rounded once.
///
/// Which way it goes decides how fast and never what comes out. Nor does fusing: see ``init(fusing:)``.
struct GridProduct {
  private enum Plan {
    case integers(IntegerProduct)
    case groups([Group])
  }

  private struct Group: Sendable {
    /// E.
    let exponent: Int
    let product: ExactProduct
  }

  private let plan: Plan
  private let gridExponent: Int
  private let columns: Int

  private static let strip = 512

  /// A direction of one of the changes.
  private struct Direction {
    let factors: Int
    let row: Int
    let multiplier: Int
    let exponent: Int
    let magnitude: Double
  }

  init(_ factors: QuantisedFactors) throws(DeltaError) { try self.init(fusing: [factors]) }

  /// Several changes of one tensor as one product: the cost follows their ranks together, not their number.
  ///
  /// Each change is to be rounded to the grid by itself. Where all are whole on it, no rounding takes place, and the sum of
  /// their products is the product of all their directions.
  /// - Precondition: there is one change, or all are whole on the grid (``QuantisedFactors/isWholeOnGrid``) and their bounds
  ///   together stay below 2⁶².
  init(fusing list: [QuantisedFactors]) throws(DeltaError) {
    precondition(list.count == 1 || list.allSatisfy(\.isWholeOnGrid), "a change to be rounded")
    guard let first = list.first else { preconditionFailure("nothing to multiply") }
    gridExponent = first.grid.exponent
    columns = first.columns
    let directions = list.enumerated().flatMap { index, factors in
      factors.scales.indices.map { row in
        let scale = factors.scales[row].reduced
        return Direction(
          factors: index, row: row, multiplier: scale.multiplier, exponent: scale.exponent,
          magnitude: factors.magnitudes[row])
      }
    }
    let integers = IntegerProduct(
      directions.map {
        IntegerProduct.Direction(
          left: list[$0.factors].left.row($0.row), right: list[$0.factors].right.row($0.row),
          multiplier: $0.multiplier, exponent: $0.exponent)
      }, grid: gridExponent, elementBound: list.reduce(0) { $0 + $1.elementBound })
    if let integers {
      plan = .integers(integers)
      return
    }
    do {
      plan = .groups(
        try Self.partition(directions).map { members throws(LinearAlgebraError) in
          try Self.group(members, of: list)
        })
    } catch {
      throw .payloadDamaged(
        field: "integers", found: "\(error)", expected: "products below 2^53")
    }
  }

  /// Directions by group, in order.
  private static func partition(_ directions: [Direction]) -> [[Direction]] {
    let order = directions.indices.sorted {
      (-directions[$0].exponent, $0) < (-directions[$1].exponent, $1)
    }
    var groups: [[Direction]] = []
    var bound = 0.0  // of the last group, in units of its least exponent
    var least = 0
    for direction in order.map({ directions[$0] }) {
      let shift = least - direction.exponent
      if !groups.isEmpty, shift < 64 {
        let grown = bound * Double.powerOfTwo(shift) + direction.magnitude
        if grown < ExactProduct.limit {
          groups[groups.count - 1].append(direction)
          (bound, least) = (grown, direction.exponent)
          continue
        }
      }
      groups.append([direction])
      (bound, least) = (direction.magnitude, direction.exponent)
    }
    return groups
  }

  private static func group(
    _ members: [Direction], of list: [QuantisedFactors]
  ) throws(LinearAlgebraError) -> Group {
    let exponent = members.map(\.exponent).min() ?? 0
    let (rows, columns) = (list[0].rows, list[0].columns)
    var left = Matrix<Double>(rows: members.count, columns: rows)
    var right = Matrix<Double>(rows: members.count, columns: columns)
    for (place, direction) in members.enumerated() {
      let factors = list[direction.factors]
      let weight =
        Double(direction.multiplier) * Double.powerOfTwo(direction.exponent - exponent)
      let start = place * rows
      for (j, value) in factors.left.row(direction.row).enumerated() {
        left.storage[start + j] = value * weight
      }
      right.storage.replaceSubrange(
        place * columns..<(place + 1) * columns, with: factors.right.row(direction.row))
    }
    return Group(exponent: exponent, product: try ExactProduct(left: left, right: right))
  }

  /// Adds N for the given rows to `target`, `[rows.count, columns]`.
  ///
  /// - Throws: ``DeltaError/sumOverflows(row:)`` where a sum passes 64 bits.
  func add(rows: Range<Int>, to target: UnsafeMutableBufferPointer<Int64>) throws(DeltaError) {
    guard !rows.isEmpty else { return }
    precondition(target.count >= rows.count * columns, "\(target.count) elements")
    guard let out = target.baseAddress else { return }
    let overflow =
      switch plan {
      case .integers(let product): product.add(rows: rows, to: out)
      case .groups(let groups): add(groups, rows: rows, to: out)
      }
    if overflow < 0 { throw .sumOverflows(row: rows.lowerBound) }
  }

  /// Sums the groups' products exactly, then rounds; a negative result says that a sum overflowed.
  private func add(
    _ groups: [Group], rows: Range<Int>, to out: UnsafeMutablePointer<Int64>
  ) -> Int64 {
    // How many bits the unit of the sums lies below the grid's step.
    let fraction = gridExponent - groups.reduce(gridExponent) { min($0, $1.exponent) }
    let unit = gridExponent - fraction
    let shift = Int128(fraction)
    // Half a step less one, and one more where the floor is odd: ties go to even.
    let nearlyHalf: Int128 = fraction > 0 ? (1 &<< Int128(fraction - 1)) &- 1 : 0
    let one: Int128 = fraction > 0 ? 1 : 0
    let size = rows.count * min(Self.strip, columns)
    var product = [Double](repeating: 0, count: size)
    var wide = [Int128](repeating: 0, count: size)
    var overflow: Int64 = 0
    for j0 in stride(from: 0, to: columns, by: Self.strip) {
      let strip = j0..<min(j0 + Self.strip, columns)
      let size = rows.count * strip.count
      wide.withUnsafeMutableBufferPointer { wide in
        wide.update(repeating: 0)
        product.withUnsafeMutableBufferPointer { product in
          for group in groups {
            group.product.multiply(rows: rows, columns: strip, into: product)
            let shift = Int128(group.exponent - unit)
            // Products are integers below 2⁵³, so the conversion is exact.
            for i in 0..<size { wide[i] &+= Int128(Int64(product[i])) &<< shift }
          }
        }
        for i in 0..<rows.count {
          let target = out + i * columns + strip.lowerBound
          for j in 0..<strip.count {
            let exact = wide[i * strip.count + j]
            let odd = (exact &>> shift) & one
            let n = Int64(truncatingIfNeeded: (exact &+ nearlyHalf &+ odd) &>> shift)
            let sum = target[j] &+ n
            overflow |= (target[j] ^ sum) & (n ^ sum)
            target[j] = sum
          }
        }
      }
    }
    return overflow
  }
}
