import Diagnostics
import LinearAlgebra
import TestSupport
import Testing

struct CachedFactorSolveTests {
  private static func sum(
    _ c: Matrix<Double>, _ weight: Double, _ parts: Matrix<Double>...
  ) -> Matrix<Double> {
    var total = Matrix(rows: c.rows, columns: c.columns) { i, j in weight * c[i, j] }
    for part in parts {
      let outer = schoolbookProduct(part, part.transposed)
      for i in 0..<c.rows { for j in 0..<c.columns { total[i, j] += outer[i, j] } }
    }
    return total
  }

  @Test("the lemma agrees with the direct solve to 1e-10", arguments: [1, 7, 30, 60, 100])
  func lemmaAgainstDirect(keys count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    let c = random.secondMoment(order: 60, samples: 200, ridge: 0.01)
    let keys = random.matrix(60, count)
    let solver = try CachedFactorSolve(factor: Cholesky(factoring: c), weight: 15)
    let x = try solver.solve(keys: keys)
    let direct = try DirectSolve.solve(secondMoment: c, weight: 15, keys: keys)
    #expect(relativeDistance(x, direct) < 1e-10)
    #expect(relativeDistance(x, schoolbookSolve(Self.sum(c, 15, keys), keys)) < 1e-10)
  }

  @Test("protected keys enter the sum and get no column", arguments: [1, 5, 70])
  func historyIsProtected(protected count: Int) throws {
    var random = SeededGenerator(seed: UInt64(100 + count))
    let c = random.secondMoment(order: 40, samples: 100, ridge: 0.01)
    let keys = random.matrix(40, 6)
    let old = random.matrix(40, count)
    let solver = try CachedFactorSolve(factor: Cholesky(factoring: c), weight: 3)
    let x = try solver.solve(keys: keys, protected: old)
    let oracle = schoolbookSolve(Self.sum(c, 3, old, keys), keys)
    #expect(x.columns == 6)
    #expect(relativeDistance(x, oracle) < 1e-10)
    let direct = try DirectSolve.solve(
      secondMoment: c, weight: 3, keys: keys, protected: KeyBlocks(old))
    #expect(relativeDistance(direct, oracle) < 1e-10)
  }

  @Test("equal and zero keys are no special case")
  func rankDeficientKeys() throws {
    var random = SeededGenerator(seed: 11)
    let c = random.secondMoment(order: 20, samples: 50, ridge: 0.01)
    let one = random.matrix(20, 1)
    let keys = Matrix.concatenatingColumns([one, one, Matrix(rows: 20, columns: 1), one])
    let solver = try CachedFactorSolve(factor: Cholesky(factoring: c), weight: 0.5)
    let x = try solver.solve(keys: keys)
    #expect(relativeDistance(x, schoolbookSolve(Self.sum(c, 0.5, keys), keys)) < 1e-10)
    #expect(x.column(2).allSatisfy { $0 == 0 })
    #expect(relativeDistance(x.selectingColumns([0]), x.selectingColumns([3])) < 1e-12)
  }

  @Test("no keys give no columns")
  func noKeys() throws {
    let solver = try CachedFactorSolve(factor: Cholesky(factoring: identity(5)), weight: 1)
    #expect(try solver.solve(keys: Matrix(rows: 5, columns: 0)) == Matrix(rows: 5, columns: 0))
    let direct = try DirectSolve.solve(
      secondMoment: identity(5), weight: 1, keys: Matrix(rows: 5, columns: 0))
    #expect(direct == Matrix(rows: 5, columns: 0))
  }

  @Test(
    "accuracy against extended precision is no worse than refactorising", arguments: [1, 15000])
  func accuracyAgainstLongDouble(weight: Double) throws {
    var random = SeededGenerator(seed: 21)
    // Directions whose energies span eight decades, as second moments of activations do.
    let basis = QRDecomposition(random.matrix(48, 48)).orthogonal
    let c = schoolbookProduct(
      Matrix(rows: 48, columns: 48) { i, j in basis[i, j] * Self.power(10, -8 * Double(j) / 47) },
      basis.transposed)
    let keys = schoolbookProduct(c, random.matrix(48, 6))
    let oracle = schoolbookSolve(Self.sum(c, weight, keys), keys)
    let solver = try CachedFactorSolve(factor: Cholesky(factoring: c), weight: weight)
    let lemma = relativeDistance(try solver.solve(keys: keys), oracle)
    let direct = relativeDistance(
      try DirectSolve.solve(secondMoment: c, weight: weight, keys: keys), oracle)
    #expect(lemma < max(4 * direct, 1e-9), "lemma \(lemma), direct \(direct)")
  }

  private static func power(_ base: Double, _ exponent: Double) -> Double {
    // Enough of exp and log for a test: repeated square roots.
    var (result, root, rest) = (1.0, base, abs(exponent))
    var whole = Int(rest)
    while whole > 0 { result *= base; whole -= 1 }
    rest -= rest.rounded(.down)
    for _ in 0..<40 {
      root = root.squareRoot()
      rest *= 2
      if rest >= 1 { result *= root; rest -= 1 }
    }
    return exponent < 0 ? 1 / result : result
  }

  @Test("a weight that is not positive and finite is refused", arguments: [0, -1, .nan, .infinity])
  func weightOutOfRange(weight: Double) throws {
    let factor = try Cholesky(factoring: identity(3))
    #expect {
      try CachedFactorSolve(factor: factor, weight: weight)
    } throws: { error in
      guard case .weightOutOfRange(let found) = error as? LinearAlgebraError else { return false }
      return found == weight || weight.isNaN
    }
  }

  @Test("a key that is not finite is refused on both routes", arguments: [Double.nan, .infinity])
  func keysMustBeFinite(value: Double) throws {
    var keys = Matrix<Double>(rows: 4, columns: 2)
    keys[2, 1] = value
    let solver = try CachedFactorSolve(factor: Cholesky(factoring: identity(4)), weight: 1)
    #expect(throws: LinearAlgebraError.notFinite(matrix: "a key")) {
      try solver.solve(keys: keys)
    }
    #expect(throws: LinearAlgebraError.notFinite(matrix: "a key")) {
      try DirectSolve.solve(secondMoment: identity(4), weight: 1, keys: keys)
    }
  }

  @Test("a singular second moment is refused with the way out")
  func singularSecondMoment() {
    let c = Matrix<Double>(rows: 3, columns: 3)
    #expect(throws: LinearAlgebraError.self) { try Cholesky(factoring: c) }
    let error = #expect(throws: LinearAlgebraError.self) {
      try DirectSolve.solve(
        secondMoment: c, weight: 1, keys: Matrix(rows: 3, columns: 1, [1, 0, 0]))
    }
    #expect(error == .notPositiveDefinite(pivot: 2))
    #expect(error?.explanation.remedy?.contains("ridge") == true)
  }

  @Test("the cheaper route is taken, and asks for the second moment only then")
  func routeFollowsCost() throws {
    #expect(SolveCost(order: 4096, keys: 100).route == .cachedFactor)
    #expect(SolveCost(order: 4096, keys: 3000).route == .refactorise)
    #expect(SolveCost(order: 4096, keys: 10, protected: 3800).route == .refactorise)
    var random = SeededGenerator(seed: 5)
    let c = random.secondMoment(order: 30, samples: 90, ridge: 0.01)
    let solver = try CachedFactorSolve(factor: Cholesky(factoring: c), weight: 2)
    for count in [2, 29] {
      let keys = random.matrix(30, count)
      var asked = 0
      let x = try solver.solve(keys: keys) {
        asked += 1
        return c
      }
      #expect(asked == (count == 2 ? 0 : 1))
      #expect(relativeDistance(x, schoolbookSolve(Self.sum(c, 2, keys), keys)) < 1e-10)
    }
  }
}
