package import LinearAlgebra

/// The directions in which the keys of ordinary text have hardly any energy: a change along them alone leaves
/// what the layer makes of ordinary text as it is.
///
/// - Source: AlphaEdit, arXiv 2410.02355, section 3.2: P = U₀U₀ᵀ over the eigenvectors of C with eigenvalues below a
///   threshold.
package struct NullSpace: Sendable, Equatable {
  /// Orthonormal rows, `[r, f]`: a basis of the null space or, where that is smaller, of what is orthogonal to it.
  package let basis: Matrix<Double>
  /// What the basis spans.
  package let span: Span

  /// Which of the two complementary spaces.
  package enum Span: Int, Sendable, Equatable {
    case nullSpace = 0
    case complement = 1
  }

  /// The order f of the projection.
  package var order: Int { basis.columns }
  /// The dimension of the null space.
  package var dimension: Int { span == .nullSpace ? basis.rows : order - basis.rows }

  /// Takes back a null space that was stored.
  package init(basis: Matrix<Double>, span: Span) {
    self.basis = basis
    self.span = span
  }

  /// The null space of a second moment.
  ///
  /// - Parameters:
  ///   - moment: C, `[f, f]`. Handed over (`consume`), the eigenvectors take its place.
  ///   - threshold: eigenvalues below it count as none.
  ///   - layer: for messages.
  /// - Throws: ``EditingError/nullSpaceTrivial(layer:threshold:dimension:order:quartiles:)`` where no direction or every one
  ///   is below the threshold; ``LinearAlgebraError``.
  package init(of moment: consuming Matrix<Double>, threshold: Double, layer: Int) throws {
    let order = moment.rows
    let eigen = try SymmetricEigenvalues(consume moment)
    let below = eigen.values.prefix { $0 < threshold }.count
    guard (1..<max(1, order)).contains(below) else {
      throw EditingError.nullSpaceTrivial(
        layer: layer, threshold: threshold, dimension: below, order: order,
        quartiles: (0...4).map { eigen.values.isEmpty ? 0 : eigen.values[$0 * (order - 1) / 4] })
    }
    let rows = below <= order - below ? 0..<below : below..<order
    basis = Matrix(
      rows: rows.count, columns: order,
      Array(eigen.vectors.storage[rows.lowerBound * order..<rows.upperBound * order]))
    span = below <= order - below ? .nullSpace : .complement
  }

  /// P K, `[f, n]`.
  package func project(_ keys: Matrix<Double>) -> Matrix<Double> {
    let part = Matrix.product(basis, .transposed, Matrix.product(basis, .none, keys))
    guard span == .complement else { return part }
    return Matrix(
      rows: keys.rows, columns: keys.columns, zip(keys.storage, part.storage).map { $0 - $1 })
  }

  /// X = (P (KpKpᵀ + KKᵀ) P + L₂I)⁻¹ P K, `[f, n]`, which lies in the null space.
  ///
  /// With M = P [Kp K] this is M (MᵀM + L₂I)⁻¹, columns of K: a small system unless the keys are many.
  /// - Parameters:
  ///   - keys: K, `[f, n]`: one key a column.
  ///   - protected: Kp, block by block: keys whose outputs must stay.
  ///   - ridge: L₂ > 0.
  /// - Throws: ``LinearAlgebraError/weightOutOfRange(_:)``, ``LinearAlgebraError/notFinite(matrix:)``, and what
  ///   `protected` throws.
  /// - Source: the authors' update, AlphaEdit, equation 14, solved in range(P), where it is symmetric.
  package func solve(
    keys: Matrix<Double>, protected: KeyBlocks?, ridge: Double
  ) throws -> Matrix<Double> {
    guard ridge > 0, ridge.isFinite else { throw LinearAlgebraError.weightOutOfRange(ridge) }
    let own = project(keys)
    let cost = SolveCost(order: order, keys: keys.columns, protected: protected?.count ?? 0)
    if cost.route == .refactorise {
      let identity = Matrix<Double>(rows: order, columns: order) { $0 == $1 ? 1 : 0 }
      return try DirectSolve.solve(
        secondMoment: identity, weight: ridge, keys: own,
        protected: protected.map { protected in
          KeyBlocks(count: protected.count) { body in
            try protected.forEach { try body(project($0)) }
          }
        })
    }
    let others = try protected.map { project(try $0.joined(rows: order)) }
    let all = others.map { Matrix.concatenatingColumns([$0, own]) } ?? own
    let before = all.columns - own.columns
    var system = Matrix<Double>(rows: all.columns, columns: all.columns)
    system.addInnerProduct(of: all, scalingSelfBy: 0)
    for i in 0..<all.columns { system[i, i] += ridge }
    guard (0..<all.columns).allSatisfy({ system[$0, $0].isFinite }) else {
      throw LinearAlgebraError.notFinite(matrix: "a key")
    }
    let unit = Matrix<Double>(rows: all.columns, columns: own.columns) { $0 == before + $1 ? 1 : 0 }
    return Matrix.product(all, .none, try Cholesky(factoring: system).solve(unit))
  }
}
