import LinearAlgebra

/// A change as Σ s_k u_k v_kᵀ with orthonormal u and v, the largest s first.
///
/// A thin QR of both factors and the singular value decomposition of the small core: never a
/// decomposition of the whole tensor. One direction a row, so that each is contiguous. Signs are
/// canonical: the largest element of each u_k, the first of equals, is positive.
struct SpectralForm: Sendable {
  /// Uᵀ, `[rank, rows]`.
  let left: Matrix<Double>
  /// s, descending.
  let values: [Double]
  /// Vᵀ, `[rank, columns]`.
  let right: Matrix<Double>

  var rank: Int { values.count }

  /// ‖Δ‖_F².
  var squaredNorm: Double { values.reduce(0) { $0 + $1 * $1 } }

  /// - Throws: ``DeltaError/notFinite(what:)``.
  init(_ factors: LowRankFactors) throws(DeltaError) {
    guard factors.left.storage.allSatisfy(\.isFinite), factors.right.storage.allSatisfy(\.isFinite)
    else { throw .notFinite(what: "the change") }
    let a = QRDecomposition(factors.left)
    let b = QRDecomposition(factors.right)
    let core: SingularValues
    do {
      core = try SingularValues(Matrix.product(a.upper, .none, b.upper, .transposed))
    } catch {
      throw .notFinite(what: "the product of the change's factors")
    }
    var left = Matrix.product(core.left, .transposed, a.orthogonal, .transposed)
    var right = Matrix.product(core.rightTransposed, .none, b.orthogonal, .transposed)
    for k in 0..<core.values.count where Self.largestIsNegative(left.row(k)) {
      left.negate(row: k)
      right.negate(row: k)
    }
    self.left = left
    self.right = right
    values = core.values
  }

  private static func largestIsNegative(_ row: ArraySlice<Double>) -> Bool {
    var largest = 0.0
    for value in row where abs(value) > abs(largest) { largest = value }
    return largest < 0
  }
}

extension Matrix<Double> {
  fileprivate mutating func negate(row: Int) {
    for index in row * columns..<(row + 1) * columns { storage[index] = -storage[index] }
  }
}
