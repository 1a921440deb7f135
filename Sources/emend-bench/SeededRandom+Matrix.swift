import LinearAlgebra
import Transformer

extension SeededRandom {
  /// A matrix of numbers of the standard normal distribution.
  mutating func matrix(rows: Int, columns: Int) -> Matrix<Double> {
    Matrix(rows: rows, columns: columns) { _, _ in normal() }
  }
}
