import Delta
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct DeltaSpectrumTests {
  private func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    return Matrix(rows: rows, columns: columns) { _, _ in
      Double.random(in: -1...1, using: &generator)
    }
  }

  @Test("rank and norms are those of the whole matrix, whatever the factors repeat")
  func spectrum() throws {
    let left = random(20, 3, 1)
    let right = random(30, 3, 2)
    // The third direction twice: five factors, three directions.
    let factors = try LowRankFactors(
      left: .concatenatingColumns([left, left.selectingColumns([2, 2])]),
      right: .concatenatingColumns([right, right.selectingColumns([2, 2])]))
    let spectrum = try DeltaSpectrum(factors)
    let whole = Matrix.product(factors.left, .none, factors.right, .transposed)
    let oracle = try SingularValues(whole).values
    #expect(spectrum.rank == 3)
    for (found, expected) in zip(spectrum.values, oracle) {
      #expect(abs(found - expected) < 1e-12 * oracle[0])
    }
    #expect(abs(spectrum.norm - whole.frobeniusNorm) < 1e-12 * whole.frobeniusNorm)
    #expect(spectrum.spectralNorm == spectrum.values[0])
  }

  @Test("a plane turned by an angle is at that angle")
  func angles() throws {
    let turn = 0.4
    func change(_ angle: Double) throws -> DeltaSpectrum {
      var right = Matrix<Double>(rows: 4, columns: 2)
      right[0, 0] = 1
      right[1, 1] = cos(angle)
      right[2, 1] = sin(angle)
      return try DeltaSpectrum(LowRankFactors(left: random(5, 2, 3), right: right))
    }
    let angles = try change(0).angles(to: change(turn))
    #expect(angles.rows.count == 2 && angles.columns.allSatisfy { $0 < 1e-4 })
    #expect(angles.rows[0] < 1e-4)
    #expect(abs(angles.rows[1] - turn * 180 / .pi) < 1e-6)
  }
}
