import Checkpoint
import Editing
import LinearAlgebra
import Testing

@Suite("The smallest ridge that leaves a moment positive definite")
struct StableMomentTests {
  private static let order = 8

  /// Seven ones, and a last element, on the diagonal.
  private func moment(_ last: Double, tokens: Int = order) throws -> StableMoment {
    try StableMoment(layer: 3, tokens: tokens, order: Self.order) { diagonal(last) }
  }

  private func diagonal(_ last: Double) -> Matrix<Double> {
    Matrix(rows: Self.order, columns: Self.order) {
      $0 == $1 ? ($0 == Self.order - 1 ? last : 1) : 0
    }
  }

  @Test(
    "is the first of a ladder of tens, in units of the diagonal's mean, and in what is stored",
    arguments: [
      (0.5, 0.0), (-3e-7, 1e-6), (-3e-6, 1e-5), (-3e-5, 1e-4), (-3e-4, 1e-3), (-3e-3, 1e-2),
    ])
  func ladder(last: Double, ridge: Double) throws {
    let found = try moment(last)
    #expect(found.ridge == ridge)
    let mean = (7 + Double(Float(last))) / 8
    var stored: [Float] = []
    for row in 0..<Self.order {
      for column in 0..<Self.order {
        let value = diagonal(last)[row, column]
        stored.append(row == column ? Float(Double(Float(value)) + ridge * mean) : 0)
      }
    }
    #expect(found.digest == stored.withUnsafeBytes { Digest(of: $0) })
    #expect(
      try found.factor
        == Cholesky(
          factoring: Matrix(rows: Self.order, columns: Self.order, stored.map { Double($0) })))
  }

  @Test("is added untried to the mean over fewer tokens than dimensions")
  func fewTokens() throws {
    #expect(try moment(1, tokens: Self.order).ridge == 0)
    #expect(try moment(1, tokens: Self.order - 1).ridge == 1e-6)
  }

  @Test("is at most a hundredth of the mean: what that does not help is refused")
  func none() {
    #expect(throws: EditingError.momentNotDefinite(layer: 3, tokens: 8, dimensions: 8)) {
      try moment(-0.02)
    }
  }
}
