internal import CKernels
import LinearAlgebra

/// Computes the grid integers of a low-rank change, tile by tile.
///
/// N_ij is the exact Σ_k μ_k 2^(e_k − g) a_ki b_kj rounded once, ties to even; a scale is μ 2^e with μ odd.
/// Directions are put into groups, the largest exponents first, such that within a group of least
/// exponent E the sum Σ μ_k 2^(e_k − E) max|a_k| max|b_k| stays below 2⁵³. A group's product is then an exact
/// integer P by one `dgemm` (see ``ExactProduct``), in units of 2^E.
///
/// - One group: N = round(P · 2^(E − g)). The multiplication by a power of two is exact and the
///   rounding is float64's own, so N is rounded once.
/// - Several groups: Σ P · 2^E is summed in integers in units of 2^min(E, g), of 64 bits where the bound on an
///   element says that they hold it and of 128 elsewhere: an element has less than 2⁶² grid steps and no
///   exponent lies more than 60 below the grid's. That exact sum is then rounded once.
///
/// The grouping decides how fast it goes and never what comes out. Nor does fusing: see ``init(fusing:)``.
struct GridProduct {
  struct Group: Sendable {
    /// E.
    let exponent: Int
    let product: ExactProduct
  }

  let groups: [Group]
  let gridExponent: Int
  /// A bound on every |N_ij|.
  let elementBound: Double

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
    elementBound = list.reduce(0) { $0 + $1.elementBound }
    let directions = list.enumerated().flatMap { index, factors in
      factors.scales.indices.map { row in
        let scale = factors.scales[row].reduced
        return Direction(
          factors: index, row: row, multiplier: scale.multiplier, exponent: scale.exponent,
          magnitude: factors.magnitudes[row])
      }
    }
    do {
      groups = try Self.partition(directions, grid: gridExponent).map {
        members throws(LinearAlgebraError) in
        try Self.group(members, of: list)
      }
    } catch {
      throw .payloadDamaged(
        field: "integers", found: "\(error)", expected: "products below 2^53")
    }
  }

  /// Directions by group, in order.
  private static func partition(_ directions: [Direction], grid: Int) -> [[Direction]] {
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
    guard let first = groups.first, !rows.isEmpty else { return }
    let columns = first.product.right.columns
    precondition(target.count >= rows.count * columns, "\(target.count) elements")
    guard let out = target.baseAddress else { return }
    var product = [Double](repeating: 0, count: rows.count * min(Self.strip, columns))
    var narrow =
      groups.count > 1 && fraction < 62 ? [Int64](repeating: 0, count: product.count) : []
    // Every partial sum of the groups stays below the bound, which has the rounding's half step in it.
    let fits =
      narrow.count > 0 && elementBound * Double.powerOfTwo(fraction) < 0x1p62
      && groups.allSatisfy { $0.exponent - (gridExponent - fraction) < 62 }
    if !fits { narrow = [] }
    var wide = groups.count > 1 && !fits ? [Int128](repeating: 0, count: product.count) : []
    var overflow: Int64 = 0
    for j0 in stride(from: 0, to: columns, by: Self.strip) {
      let strip = j0..<min(j0 + Self.strip, columns)
      if groups.count == 1 {
        product.withUnsafeMutableBufferPointer { product in
          first.product.multiply(rows: rows, columns: strip, into: product)
          overflow |= addRounded(product, exponent: first.exponent, strip, columns, rows.count, out)
        }
      } else if fits {
        overflow |= addNarrowGroups(rows, strip, columns, &product, &narrow, out)
      } else {
        overflow |= addGroups(rows, strip, columns, &product, &wide, out)
      }
    }
    if overflow < 0 { throw .sumOverflows(row: rows.lowerBound) }
  }

  /// One group: adds round(P · 2^(E − g)); a negative result says that a sum overflowed.
  private func addRounded(
    _ product: UnsafeMutableBufferPointer<Double>, exponent: Int, _ strip: Range<Int>,
    _ columns: Int, _ rows: Int, _ out: UnsafeMutablePointer<Int64>
  ) -> Int64 {
    guard let p = product.baseAddress else { return 0 }
    let scale = Double.powerOfTwo(exponent - gridExponent)
    var overflow: Int64 = 0
    // Adding 1.5 · 2⁵² to a magnitude below 2⁵¹ rounds it to an integer, ties to even, and leaves that
    // integer in the low bits.
    let magic = 6_755_399_441_055_744.0
    let magicBits = Int64(bitPattern: magic.bitPattern)
    let isSmall = elementBound < 2_251_799_813_685_248
    for i in 0..<rows {
      let source = p + i * strip.count
      let target = out + i * columns + strip.lowerBound
      if isSmall {
        for j in 0..<strip.count {
          let n = Int64(bitPattern: (source[j] * scale + magic).bitPattern) &- magicBits
          let sum = target[j] &+ n
          overflow |= (target[j] ^ sum) & (n ^ sum)
          target[j] = sum
        }
      } else {
        for j in 0..<strip.count {
          let n = Int64((source[j] * scale).rounded(.toNearestOrEven))
          let sum = target[j] &+ n
          overflow |= (target[j] ^ sum) & (n ^ sum)
          target[j] = sum
        }
      }
    }
    return overflow
  }

  /// How many bits the unit of several groups lies below the grid's step.
  private var fraction: Int {
    gridExponent - groups.reduce(gridExponent) { min($0, $1.exponent) }
  }

  /// Several groups whose sums 64 bits hold.
  private func addNarrowGroups(
    _ rows: Range<Int>, _ strip: Range<Int>, _ columns: Int, _ product: inout [Double],
    _ narrow: inout [Int64], _ out: UnsafeMutablePointer<Int64>
  ) -> Int64 {
    let fraction = fraction
    let unit = gridExponent - fraction
    let size = rows.count * strip.count
    var overflow: Int64 = 0
    narrow.withUnsafeMutableBufferPointer { narrow in
      product.withUnsafeMutableBufferPointer { product in
        guard let sums = narrow.baseAddress, let products = product.baseAddress else { return }
        for (index, group) in groups.enumerated() {
          group.product.multiply(rows: rows, columns: strip, into: product)
          emend_widen_products(
            products, UInt32(group.exponent - unit), index == 0 ? 0 : 1, sums, size)
        }
        for i in 0..<rows.count {
          overflow |= emend_add_rounded(
            sums + i * strip.count, UInt32(fraction), out + i * columns + strip.lowerBound,
            strip.count)
        }
      }
    }
    return overflow
  }

  /// Several groups, in 128 bits: sums their products exactly, then rounds.
  private func addGroups(
    _ rows: Range<Int>, _ strip: Range<Int>, _ columns: Int, _ product: inout [Double],
    _ wide: inout [Int128], _ out: UnsafeMutablePointer<Int64>
  ) -> Int64 {
    let fraction = fraction
    let unit = gridExponent - fraction
    let size = rows.count * strip.count
    var overflow: Int64 = 0
    wide.withUnsafeMutableBufferPointer { wide in
      product.withUnsafeMutableBufferPointer { product in
        for (index, group) in groups.enumerated() {
          group.product.multiply(rows: rows, columns: strip, into: product)
          let shift = Int128(group.exponent - unit)
          // Products are integers below 2⁵³, so the conversion is exact.
          if index == 0 {
            for i in 0..<size { wide[i] = Int128(Int64(product[i])) &<< shift }
          } else {
            for i in 0..<size { wide[i] &+= Int128(Int64(product[i])) &<< shift }
          }
        }
      }
      let shift = Int128(fraction)
      // Half a step less one, and one more where the floor is odd: ties go to even.
      let nearlyHalf: Int128 = fraction > 0 ? (1 &<< Int128(fraction - 1)) &- 1 : 0
      let one: Int128 = fraction > 0 ? 1 : 0
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
    return overflow
  }
}
