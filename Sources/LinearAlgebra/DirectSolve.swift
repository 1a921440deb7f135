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
  ///   - protected: Kp, block by block, of which one is held at a time: keys whose outputs must stay.
  /// - Throws: ``LinearAlgebraError/weightOutOfRange(_:)``, ``LinearAlgebraError/notFinite(matrix:)``,
  ///   ``LinearAlgebraError/notPositiveDefinite(pivot:)``: C is singular and the keys do not span
  ///   what it lacks. The caller adds a ridge. And what the blocks throw.
  /// - Complexity: ``SolveCost/refactoriseFlops``.
  package static func solve(
    secondMoment: consuming Matrix<Double>, weight: Double, keys: Matrix<Double>,
    protected: KeyBlocks? = nil
  ) throws -> Matrix<Double> {
    let d = secondMoment.rows
    precondition(keys.rows == d, "keys of \(keys.rows) rows for order \(d)")
    guard weight >= 0, weight.isFinite else { throw LinearAlgebraError.weightOutOfRange(weight) }
    guard keys.columns > 0 else { return Matrix(rows: d, columns: 0) }
    var sum = consume secondMoment
    // The weight goes in with the first block, so that the sum is formed where it stands.
    var scale = weight
    try protected?.forEach { try add($0, to: &sum, scaledBy: &scale) }
    try add(keys, to: &sum, scaledBy: &scale)
    return try Cholesky(factoring: consume sum).solve(keys)
  }

  private static func add(
    _ keys: Matrix<Double>, to sum: inout Matrix<Double>, scaledBy scale: inout Double
  ) throws(LinearAlgebraError) {
    guard keys.storage.allSatisfy(\.isFinite) else { throw .notFinite(matrix: "a key") }
    sum.addOuterProduct(of: keys, scalingSelfBy: scale)
    scale = 1
  }
}
