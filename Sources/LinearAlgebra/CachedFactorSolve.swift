internal import COpenBLAS

/// Solves X = (λC + KpKpᵀ + KKᵀ)⁻¹K from the Cholesky factor of C, without forming the sum.
///
/// With C = GGᵀ, A = λC, M = [Kp K], Y = G⁻¹M/√λ and S = I + YᵀY = QQᵀ, the matrix inversion lemma
/// gives (A + MMᵀ)⁻¹M = A⁻¹M(I + MᵀA⁻¹M)⁻¹ = G⁻ᵀ(Y S⁻¹)/√λ. Only the columns of K are wanted; as K
/// comes last in M, their part of Y Q⁻ᵀQ⁻¹ is (Y Q⁻ᵀ)_K Q_KK⁻¹, so the last two triangular solves see
/// n columns and not p + n. S is positive definite whatever the keys: equal columns, zero columns and
/// none at all need no special case.
///
/// One factor serves every λ, every batch and every history of a layer.
package struct CachedFactorSolve: Sendable {
  /// The factor of C, the second moment, not of λC.
  package let factor: Cholesky
  /// λ, the weight of the second moment.
  package let weight: Double

  /// A solver on a layer's cached factor.
  ///
  /// - Throws: ``LinearAlgebraError/weightOutOfRange(_:)`` unless λ is positive and finite.
  package init(factor: Cholesky, weight: Double) throws(LinearAlgebraError) {
    guard weight > 0, weight.isFinite else { throw .weightOutOfRange(weight) }
    self.factor = factor
    self.weight = weight
  }

  /// X, `[d, n]`, by the inversion lemma, however many keys there are.
  ///
  /// - Parameters:
  ///   - keys: K, `[d, n]`: one key a column.
  ///   - protected: Kp, `[d, p]`: keys whose outputs must stay; they enter the sum and get no column.
  /// - Throws: ``LinearAlgebraError/notFinite(matrix:)`` when a key is not finite.
  /// - Precondition: `keys.rows == factor.order`, and the same for `protected`.
  /// - Complexity: ``SolveCost/cachedFactorFlops``; scratch of d(p + n) + (p + n)² doubles.
  /// - Accuracy: no worse than refactorising, better at small λ.
  /// - Source: the matrix inversion lemma.
  package func solve(
    keys: Matrix<Double>, protected: Matrix<Double>? = nil
  ) throws(LinearAlgebraError) -> Matrix<Double> {
    let d = factor.order
    let n = keys.columns
    let p = protected?.columns ?? 0
    precondition(keys.rows == d, "keys of \(keys.rows) rows for a factor of order \(d)")
    guard n > 0, d > 0 else { return Matrix(rows: d, columns: n) }
    // Keys as rows: the kernels then read the factor as it stands, a third to twice as fast.
    var y = protected.map { Matrix.concatenatingColumns([$0, keys]) } ?? keys
    y = y.transposed
    factor.forwardSolve(rows: &y)
    let q = p + n
    var s = Matrix<Double>(rows: q, columns: q)
    s.addOuterProduct(of: y, scalingSelfBy: 0)
    for i in 0..<q { for j in 0...i { s[i, j] /= weight } }
    for i in 0..<q { s[i, i] += 1 }
    guard (0..<q).allSatisfy({ s[$0, $0].isFinite }) else { throw .notFinite(matrix: "a key") }
    let capacitance = try Cholesky(factoring: s)
    y.storage.withUnsafeMutableBufferPointer { y0 in
      capacitance.lower.storage.withUnsafeBufferPointer { q0 in
        guard let yBase = y0.baseAddress, let qBase = q0.baseAddress else { return }
        let (order, stride) = (Int32(d), Int32(q))
        cblas_dtrsm(
          CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, stride, order, 1, qBase,
          stride, yBase, order)
        cblas_dtrsm(
          CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, Int32(n), order,
          1 / weight, qBase + p * q + p, stride, yBase + p * d, order)
      }
    }
    var own = p == 0 ? y : Matrix(rows: n, columns: d, Array(y.storage[(p * d)...]))
    factor.backwardSolve(rows: &own)
    return own.transposed
  }

  /// X, `[d, n]`, by the cheaper of both routes.
  ///
  /// Memory does not follow the protected keys: where they are many the other route is the cheaper one, and it
  /// holds one block of them at a time.
  /// - Parameters:
  ///   - protected: Kp, block by block.
  ///   - secondMoment: gives C, `[d, d]` (lower triangle), where refactorising is cheaper.
  ///     Called at most once.
  /// - Throws: what ``solve(keys:protected:)``, `protected` and `secondMoment` throw.
  package func solve(
    keys: Matrix<Double>, protected: KeyBlocks? = nil, secondMoment: () throws -> Matrix<Double>
  ) throws -> Matrix<Double> {
    let cost = SolveCost(order: factor.order, keys: keys.columns, protected: protected?.count ?? 0)
    switch cost.route {
    case .cachedFactor:
      return try solve(keys: keys, protected: protected?.joined(rows: factor.order))
    case .refactorise:
      return try DirectSolve.solve(
        secondMoment: secondMoment(), weight: weight, keys: keys, protected: protected)
    }
  }
}
