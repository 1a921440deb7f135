/// Solves X = (λC + KpKpᵀ + KKᵀ)⁻¹K by forming the sum and factorising it.
///
/// For where no factor is cached, or where the keys are so many that the inversion lemma costs more.
package enum DirectSolve {
  /// X, `[d, n]`.
  ///
  /// - Parameters:
  ///   - secondMoment: C, `[d, d]`; only its lower triangle is read. Handed over (`consume`), the sum
  ///     is formed and factorised where it stands.
  ///   - weight: λ ≥ 0.
  ///   - keys: K, `[d, n]`: one key a column.
  ///   - protected: Kp, `[d, p]`: keys whose outputs must stay.
  /// - Throws: ``LinearAlgebraError/weightOutOfRange(_:)``, ``LinearAlgebraError/notFinite(matrix:)``,
  ///   ``LinearAlgebraError/notPositiveDefinite(pivot:)``: C is singular and the keys do not span
  ///   what it lacks. The caller adds a ridge.
  /// - Complexity: ``SolveCost/refactoriseFlops``.
  package static func solve(
    secondMoment: consuming Matrix<Double>, weight: Double, keys: Matrix<Double>,
    protected: Matrix<Double>? = nil
  ) throws(LinearAlgebraError) -> Matrix<Double> {
    let d = secondMoment.rows
    precondition(keys.rows == d, "keys of \(keys.rows) rows for order \(d)")
    guard weight >= 0, weight.isFinite else { throw .weightOutOfRange(weight) }
    guard keys.columns > 0 else { return Matrix(rows: d, columns: 0) }
    guard keys.storage.allSatisfy(\.isFinite), protected?.storage.allSatisfy(\.isFinite) != false
    else { throw .notFinite(matrix: "a key") }
    secondMoment.addOuterProduct(of: keys, scalingSelfBy: weight)
    if let protected { secondMoment.addOuterProduct(of: protected) }
    return try Cholesky(factoring: secondMoment).solve(keys)
  }

  /// The same with protected keys that come block by block: of them, one block is held at a time.
  ///
  /// - Throws: as above, and what the blocks throw.
  package static func solve(
    secondMoment: consuming Matrix<Double>, weight: Double, keys: Matrix<Double>,
    protected: KeyBlocks
  ) throws -> Matrix<Double> {
    guard weight >= 0, weight.isFinite else { throw LinearAlgebraError.weightOutOfRange(weight) }
    guard keys.columns > 0 else { return Matrix(rows: secondMoment.rows, columns: 0) }
    var sum = secondMoment
    // The weight goes in with the first block, so that the sum is formed where it stands.
    var scale = weight
    try protected.forEach { block in
      guard block.storage.allSatisfy(\.isFinite) else {
        throw LinearAlgebraError.notFinite(matrix: "a key")
      }
      sum.addOuterProduct(of: block, scalingSelfBy: scale)
      scale = 1
    }
    return try solve(secondMoment: sum, weight: scale, keys: keys)
  }
}
