internal import CKernels
import LinearAlgebra

/// The grid integers of a low-rank change by 64-bit integer arithmetic, in one pass and without a product in memory.
///
/// N_ij = round(Σ_k l_ik r_kj / 2^shift) with 32-bit l and r. The directions' scales are in the factors: a scale is
/// μ 2^e, and μ 2^(e − E) with the least exponent E goes to whichever factor has the room. All partial sums stay below
/// 2⁶² by the bound Σ_k max|l_k| max|r_k|, so the sum is exact in any order.
struct IntegerProduct: Sendable {
  /// `[rows, rank]`.
  private let left: [Int32]
  /// Strips of sixteen columns, each `[rank, 16]`, zeros behind the last column.
  private let right: [Int32]
  private let rank: Int
  private let columns: Int
  private let shift: Int

  private static let strip = EMEND_PRODUCT_STRIP
  private static let limit = 0x1p62

  /// A direction: its integers and the power that they stand for.
  struct Direction {
    let left: ArraySlice<Double>
    let right: ArraySlice<Double>
    let multiplier: Int
    let exponent: Int
  }

  /// `nil` where the numbers are too large for it.
  ///
  /// - Parameter elementBound: a bound on every |N_ij|.
  init?(_ directions: [Direction], grid: Int, elementBound: Double) {
    guard let first = directions.first, elementBound < Self.limit else { return nil }
    let unit = directions.reduce(first.exponent) { min($0, $1.exponent) }
    guard (-61...61).contains(grid - unit) else { return nil }
    (rank, columns, shift) = (directions.count, first.right.count, grid - unit)
    var bound = 0.0
    var weights: [(left: Double, right: Double)] = []
    for direction in directions {
      let weight = Double(direction.multiplier) * Double.powerOfTwo(direction.exponent - unit)
      let (a, b) = (direction.left.largestMagnitude, direction.right.largestMagnitude)
      bound += weight * a * b
      if weight * a <= Double(Int32.max), b <= Double(Int32.max) {
        weights.append((weight, 1))
      } else if a <= Double(Int32.max), weight * b <= Double(Int32.max) {
        weights.append((1, weight))
      } else {
        return nil
      }
    }
    guard bound < Self.limit / 2 else { return nil }
    let (rank, rows) = (directions.count, first.left.count)
    var left = [Int32](repeating: 0, count: rank * rows)
    let strips = (columns + Self.strip - 1) / Self.strip
    var right = [Int32](repeating: 0, count: strips * rank * Self.strip)
    left.withUnsafeMutableBufferPointer { left in
      right.withUnsafeMutableBufferPointer { right in
        for (k, direction) in directions.enumerated() {
          let weight = weights[k]
          direction.left.withUnsafeBufferPointer { values in
            for i in values.indices { left[i * rank + k] = Int32(values[i] * weight.left) }
          }
          direction.right.withUnsafeBufferPointer { values in
            for j in values.indices {
              right[(j / Self.strip * rank + k) * Self.strip + j % Self.strip] =
                Int32(values[j] * weight.right)
            }
          }
        }
      }
    }
    (self.left, self.right) = (left, right)
  }

  /// Adds N for the given rows to `target`, `[rows.count, columns]`; a negative result says that a sum overflowed.
  func add(rows: Range<Int>, to target: UnsafeMutablePointer<Int64>) -> Int64 {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        guard let l = left.baseAddress, let r = right.baseAddress else { return 0 }
        return emend_add_product(
          l + rows.lowerBound * rank, r, rank, rows.count, columns, Int32(shift), target)
      }
    }
  }
}
