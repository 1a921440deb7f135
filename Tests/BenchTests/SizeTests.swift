import Delta
import LinearAlgebra
import TestSupport
import Testing
import emend_bench

/// Bits against the Gaussian rate-distortion bound. Sizes depend on no machine's speed.
struct SizeTests {
  private func bitsAboveBound(
    _ rows: Int, _ columns: Int, _ spectrum: [Double], _ precision: Double
  ) throws -> Double {
    var random = SeededGenerator(seed: 60)
    let u = QRDecomposition(random.matrix(rows, spectrum.count)).orthogonal
    let v = QRDecomposition(random.matrix(columns, spectrum.count)).orthogonal
    let left = Matrix(rows: rows, columns: spectrum.count) { i, k in u[i, k] * spectrum[k] }
    let payload = try TensorDelta.encode(
      LowRankFactors(left: left, right: v), grid: FixedPointGrid(largestMagnitude: 0.1),
      precision: precision
    ).delta.payload()
    let bound = RateBound(
      rows: rows, columns: columns, singularValues: spectrum, precision: precision)
    let coefficients = Double(spectrum.count * (rows + columns))
    return Double(payload.count) * 8 / coefficients - bound.bitsPerCoefficient
  }

  @Test(
    "a flat spectrum takes at most 0.30 bit above the bound", arguments: [1e-1, 1e-2, 1e-3, 1e-4])
  func flat(precision: Double) throws {
    let above = try bitsAboveBound(1024, 4096, Array(repeating: 1, count: 16), precision)
    #expect(above < 0.30, "\(above)")
  }

  @Test("so does a decaying one, where directions drop out", arguments: [1e-1, 1e-2, 1e-3])
  func decaying(precision: Double) throws {
    let above = try bitsAboveBound(1024, 1024, (1...64).map { 1 / Double($0) }, precision)
    #expect(above < 0.30, "\(above)")
  }

  @Test("a rank-one edit of a small tensor has less than 30 bytes of overhead")
  func smallEdit() throws {
    let above = try bitsAboveBound(160, 640, [1], 1e-3)
    #expect(above * 800 / 8 < 0.26 * 800 / 8 + 30, "\(above)")
  }
}
