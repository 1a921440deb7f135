import Editing
import LinearAlgebra
import Testing
import Transformer

@Suite struct TensorChangeTests {
  private let weight = Matrix<Float>(rows: 3, columns: 2, [1, 2, 3, 4, 5, 6])

  @Test("a low-rank change adds its product, a dense one its elements")
  func adding() {
    let left = Matrix<Double>(rows: 3, columns: 1, [1, 0, -1])
    let right = Matrix<Double>(rows: 2, columns: 1, [10, 100])
    let low = TensorChange(tensor: "w", .lowRank(left: left, right: right, keys: nil))
    let dense = TensorChange(
      tensor: "w", .dense(Matrix(rows: 3, columns: 2, [10, 100, 0, 0, -10, -100])))
    for change in [low, dense] {
      let sum = change.adding(to: weight)
      #expect((0..<6).map { sum.base[$0] } == [11, 102, 3, 4, -5, -94])
    }
  }
}
