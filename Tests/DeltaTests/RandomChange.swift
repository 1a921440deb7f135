import Delta
import LinearAlgebra
import TestSupport

extension SeededGenerator {
  /// Gaussian factors whose directions have the given weights.
  mutating func change(_ rows: Int, _ columns: Int, weights: [Double]) throws -> LowRankFactors {
    let left = matrix(rows, weights.count)
    return try LowRankFactors(
      left: Matrix(rows: rows, columns: weights.count) { i, k in left[i, k] * weights[k] },
      right: matrix(columns, weights.count))
  }
}

extension LowRankFactors {
  /// Δ by three loops.
  var schoolbook: Matrix<Double> {
    Matrix(rows: rows, columns: columns) { i, j in
      (0..<rank).reduce(0.0) { $0 + left[i, $1] * right[j, $1] }
    }
  }
}

func difference(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
  Matrix(rows: a.rows, columns: a.columns, zip(a.storage, b.storage).map { $0 - $1 })
}

/// What may stand below the grid beside integers that are looked at.
enum BelowGrid { case nothing, anything }

/// ΣN over some deltas, whole.
func gridIntegers(
  _ deltas: [TensorDelta], memoryLimit: Int = 128 << 20, below: BelowGrid = .nothing
) throws -> [Int64] {
  guard let first = deltas.first else { return [] }
  let sum = StackSum(
    rows: first.rows, columns: first.columns, grid: first.grid, memoryLimit: memoryLimit)
  var result: [Int64] = []
  var next = 0
  try sum.forEachBand(of: deltas.count, load: { deltas[$0] }) { rows, integers, fine in
    guard below == .anything || fine.isEmpty, rows.lowerBound == next else { throw OutOfOrder() }
    next = rows.upperBound
    result.append(contentsOf: integers)
  }
  return result
}

struct OutOfOrder: Error {}

/// Limits that fit a delta of known shape.
func limits(_ delta: TensorDelta) -> PayloadLimits {
  PayloadLimits(rows: delta.rows, columns: delta.columns, maximumBytes: 64 << 20)
}
