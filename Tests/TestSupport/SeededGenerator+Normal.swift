package import LinearAlgebra

extension SeededGenerator {
  /// A number near the standard normal distribution: the sum of twelve uniform ones, less six.
  package mutating func normal() -> Double {
    (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &self) }
  }

  /// A matrix of such numbers.
  package mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix<Double> {
    Matrix(rows: rows, columns: columns) { _, _ in normal() }
  }
}
