import LinearAlgebra
import TestSupport
import Testing

struct CholeskyTests {
  @Test("L Lᵀ = A, and L is lower triangular", arguments: [1, 2, 17, 130])
  func factorReproducesTheMatrix(order: Int) throws {
    var random = SeededGenerator(seed: UInt64(order))
    let a = random.secondMoment(order: order, samples: 2 * order, ridge: 0.1)
    let l = try Cholesky(factoring: a).lower
    #expect(relativeDistance(schoolbookProduct(l, l.transposed), a) < 1e-13)
    for i in 0..<order { for j in i + 1..<max(order, i + 1) { #expect(l[i, j] == 0) } }
  }

  @Test("only the lower triangle is read")
  func upperTriangleIsIgnored() throws {
    var random = SeededGenerator(seed: 3)
    let a = random.secondMoment(order: 9, samples: 30, ridge: 0.1)
    var scribbled = a
    for i in 0..<9 { for j in i + 1..<9 { scribbled[i, j] = .nan } }
    #expect(try Cholesky(factoring: a) == Cholesky(factoring: scribbled))
  }

  @Test("A X = B for skinny, square and wide B", arguments: [1, 5, 40, 90])
  func solveAgainstElimination(columns: Int) throws {
    var random = SeededGenerator(seed: UInt64(columns))
    let a = random.secondMoment(order: 40, samples: 100, ridge: 0.05)
    let b = random.matrix(40, columns)
    let x = try Cholesky(factoring: a).solve(b)
    #expect(relativeDistance(x, schoolbookSolve(a, b)) < 1e-12)
  }

  @Test("forward then backward is the whole solve; each is its triangle's inverse")
  func halvesOfTheSolve() throws {
    var random = SeededGenerator(seed: 8)
    let a = random.secondMoment(order: 21, samples: 60, ridge: 0.1)
    let b = random.matrix(21, 4)
    let factor = try Cholesky(factoring: a)
    let y = factor.forwardSolve(b)
    #expect(relativeDistance(schoolbookProduct(factor.lower, y), b) < 1e-13)
    let x = factor.backwardSolve(y)
    #expect(relativeDistance(schoolbookProduct(factor.lower.transposed, x), y) < 1e-13)
  }

  @Test("no rows and no columns are solved like any other number")
  func emptyExtents() throws {
    let empty = try Cholesky(factoring: Matrix(rows: 0, columns: 0))
    #expect(empty.solve(Matrix(rows: 0, columns: 3)).columns == 3)
    let factor = try Cholesky(factoring: identity(3))
    #expect(factor.solve(Matrix(rows: 3, columns: 0)) == Matrix(rows: 3, columns: 0))
  }

  @Test("a matrix that is not positive definite is named by its minor")
  func indefiniteMatrixIsRefused() {
    var a = identity(5)
    a[3, 3] = -1
    #expect(throws: LinearAlgebraError.notPositiveDefinite(pivot: 4)) {
      try Cholesky(factoring: a)
    }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(pivot: 2)) {
      try Cholesky(factoring: Matrix(rows: 2, columns: 2, [1, 1, 1, 1]))
    }
  }

  @Test("a NaN is refused, not carried on", arguments: [0, 2, 4])
  func notANumberIsRefused(row: Int) {
    var a = identity(5)
    a[row, 0] = .nan
    #expect(throws: LinearAlgebraError.self) { try Cholesky(factoring: a) }
  }

  @Test("a stored factor comes back as it was")
  func storedFactorIsTakenBack() throws {
    var random = SeededGenerator(seed: 4)
    let a = random.secondMoment(order: 12, samples: 40, ridge: 0.1)
    let factor = try Cholesky(factoring: a)
    let bytes = factor.lower.storage
    #expect(try Cholesky(stored: Matrix(rows: 12, columns: 12, bytes)) == factor)
  }

  @Test("a damaged stored factor is refused")
  func damagedFactorIsRefused() {
    #expect(throws: LinearAlgebraError.factorNotSquare(rows: 2, columns: 3)) {
      try Cholesky(stored: Matrix(rows: 2, columns: 3))
    }
    var l = identity(4)
    l[2, 2] = -0.5
    #expect(throws: LinearAlgebraError.damagedFactor(diagonal: 2, value: -0.5)) {
      try Cholesky(stored: l)
    }
    l[2, 2] = .infinity
    #expect(throws: LinearAlgebraError.damagedFactor(diagonal: 2, value: .infinity)) {
      try Cholesky(stored: l)
    }
  }
}
