import Delta
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct DeltaSpectrumTests {
  private func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    return generator.matrix(rows, columns)
  }

  @Test("rank and norms are those of the whole matrix, whatever the factors repeat")
  func spectrum() throws {
    let left = random(20, 3, 1)
    let right = random(30, 3, 2)
    // The third direction twice: five factors, three directions.
    let factors = try LowRankFactors(
      left: .concatenatingColumns([left, left.selectingColumns([2, 2])]),
      right: .concatenatingColumns([right, right.selectingColumns([2, 2])]))
    let spectrum = try ChangeSpan(factors).spectrum()
    let whole = Matrix.product(factors.left, .none, factors.right, .transposed)
    let oracle = try SingularValues(whole).values
    #expect(spectrum.rank == 3)
    for (found, expected) in zip(spectrum.values, oracle) {
      #expect(abs(found - expected) < 1e-12 * oracle[0])
    }
    #expect(abs(spectrum.norm - whole.frobeniusNorm) < 1e-12 * whole.frobeniusNorm)
    #expect(spectrum.spectralNorm == spectrum.values[0])
  }

  @Test("a plane turned by an angle is at that angle, and a sum's spectrum is that of the sum")
  func angles() throws {
    let turn = 0.4
    func right(_ angle: Double) -> Matrix<Double> {
      var right = Matrix<Double>(rows: 4, columns: 2)
      right[0, 0] = 1
      right[1, 1] = cos(angle)
      right[2, 1] = sin(angle)
      return right
    }
    let left = random(5, 2, 3)
    let both = try LowRankFactors(
      left: .concatenatingColumns([left, left]),
      right: .concatenatingColumns([right(0), right(turn)]))
    let span = try ChangeSpan(both)
    let angles = try span.angles(
      between: span.spectrum(of: 0..<2), and: span.spectrum(of: 2..<4))
    #expect(angles.rows.count == 2 && angles.columns.allSatisfy { $0 < 1e-4 })
    #expect(angles.rows[0] < 1e-4)
    #expect(abs(angles.rows[1] - turn * 180 / .pi) < 1e-6)
    let oracle = try SingularValues(
      Matrix.product(both.left, .none, both.right, .transposed)
    ).values
    let sum = try span.spectrum()
    #expect(sum.rank == 2)
    for (found, expected) in zip(sum.values, oracle) { #expect(abs(found - expected) < 1e-12) }
  }

  @Test(
    "R of a tall matrix taken in pieces has the whole's Gram matrix", arguments: [300, 1100, 5003])
  func pieces(rows: Int) {
    let matrix = random(rows, 7, UInt64(rows))
    let upper = QRDecomposition.upper(of: matrix)
    #expect(upper.rows == 7 && upper.columns == 7)
    let found = Matrix.product(upper, .transposed, upper, .none)
    let wanted = Matrix.product(matrix, .transposed, matrix, .none)
    for (one, other) in zip(found.storage, wanted.storage) {
      #expect(abs(one - other) < 1e-13 * wanted.frobeniusNorm)
    }
    for i in 0..<7 { for j in 0..<i { #expect(upper[i, j] == 0) } }
  }

  @Test("directions that cancel leave the norm of what is left, and what is no number is none")
  func cancelling() throws {
    let left = Matrix<Double>(rows: 3, columns: 2) { row, _ in row == 0 ? 1e9 : 0 }
    let right = Matrix<Double>(rows: 4, columns: 2, [1, -1, 0, 1e-9, 0, 0, 0, 0])
    #expect(abs(try LowRankFactors(left: left, right: right).frobeniusNorm - 1) < 1e-9)
    let broken = Matrix<Double>(rows: 3, columns: 2) { _, _ in .nan }
    #expect(try LowRankFactors(left: broken, right: right).frobeniusNorm.isNaN)
  }
}
