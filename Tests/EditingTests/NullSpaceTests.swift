import Editing
import LinearAlgebra
import TestSupport
import Testing

/// The oracle is NumPy: `Tests/Interop/make_alphaedit_golden.py`.
@Suite("AlphaEdit's solve")
struct NullSpaceTests {
  private let golden: Reference

  init() throws { golden = try Reference("reference/alphaedit/golden.safetensors") }

  @Test(
    "the authors' system, solved in the null space, gives the same", arguments: [5e-4, 5e-2],
    [false, true]
  )
  func solution(threshold: Double, hasHistory: Bool) throws {
    let space = try NullSpace(of: golden.matrix("moment"), threshold: threshold, layer: 0)
    #expect((space.span == .nullSpace) == (threshold == 5e-4))
    let found = try space.solve(
      keys: golden.matrix("keys"),
      protected: hasHistory ? KeyBlocks(golden.matrix("earlier")) : nil,
      ridge: 0.7)
    let name = (threshold == 5e-4 ? "few" : "many") + (hasHistory ? ".after" : ".alone")
    #expect(largestDifference(found, try golden.matrix(name)) < 1e-10, "\(name)")
  }

  @Test("with more keys than dimensions the other route gives the same")
  func manyKeys() throws {
    let space = try NullSpace(of: golden.matrix("moment"), threshold: 5e-2, layer: 0)
    let keys = try golden.matrix("keys")
    let many = Matrix<Double>.concatenatingColumns(
      try (0..<30).map { _ in try golden.matrix("earlier") })
    let all = Matrix<Double>.concatenatingColumns([keys, many])
    #expect(SolveCost(order: 48, keys: 5, protected: many.columns).route == .refactorise)
    let direct = try space.solve(keys: keys, protected: KeyBlocks(many), ridge: 0.7)
    // The columns of the solve with all keys as its own are those of the joint system.
    let joint = try space.solve(keys: all, protected: nil, ridge: 0.7).selectingColumns(
      Array(0..<5))
    #expect(largestDifference(direct, joint) < 1e-10)
  }

  @Test("what the change does to a key outside the null space is nothing")
  func keepsText() throws {
    let space = try NullSpace(of: golden.matrix("moment"), threshold: 5e-4, layer: 0)
    let adjusted = try space.solve(keys: golden.matrix("keys"), protected: nil, ridge: 0.7)
    #expect(largestDifference(space.project(adjusted), adjusted) < 1e-12)
    #expect(space.dimension < 24 && space.dimension > 0)
  }

  @Test(
    "a threshold below or above all eigenvalues is refused with their quartiles",
    arguments: [1e-9, 1e9])
  func trivial(threshold: Double) throws {
    let moment = try golden.matrix("moment")
    #expect {
      try NullSpace(of: moment, threshold: threshold, layer: 3)
    } throws: { error in
      guard
        case EditingError.nullSpaceTrivial(3, threshold, let dimension, 48, let quartiles) = error
      else { return false }
      return dimension == (threshold < 1 ? 0 : 48) && quartiles == quartiles.sorted()
        && quartiles.count == 5
    }
  }

  @Test("eigenvalues and eigenvectors rebuild the matrix")
  func eigenvalues() throws {
    let moment = try golden.matrix("moment")
    let eigen = try SymmetricEigenvalues(moment)
    #expect(eigen.values == eigen.values.sorted())
    var scaled = eigen.vectors
    for i in 0..<48 { for j in 0..<48 { scaled[i, j] *= eigen.values[i] } }
    let rebuilt = Matrix.product(eigen.vectors, .transposed, scaled)
    #expect(largestDifference(rebuilt, moment) < 1e-12)
    let identity = Matrix.product(eigen.vectors, .none, eigen.vectors, .transposed)
    #expect(largestDifference(identity, Matrix(rows: 48, columns: 48) { $0 == $1 ? 1 : 0 }) < 1e-12)
    #expect(throws: LinearAlgebraError.notFinite(matrix: "the matrix")) {
      try SymmetricEigenvalues(Matrix(rows: 1, columns: 1, [.nan]))
    }
    #expect(try SymmetricEigenvalues(Matrix(rows: 0, columns: 0)).values.isEmpty)
  }
}
