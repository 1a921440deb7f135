import Testing
import emend_bench

struct RateBoundTests {
  @Test("square and flat: log2(1/ε) + 1/2 bits a coefficient")
  func squareAndFlat() {
    for bits in [3.0, 7, 10] {
      let precision = (0..<Int(bits)).reduce(1.0) { p, _ in p / 2 }
      let bound = RateBound(
        rows: 500, columns: 500, singularValues: Array(repeating: 3, count: 8),
        precision: precision)
      #expect(abs(bound.bitsPerCoefficient - bits - 0.5) < 1e-12)
      #expect(bound.kept == 8)
    }
  }

  @Test("the figure for 1024 x 4096 of rank 16 at 1e-3")
  func knownFigure() {
    let bound = RateBound(
      rows: 1024, columns: 4096, singularValues: Array(repeating: 1, count: 16), precision: 1e-3)
    #expect(abs(bound.bitsPerCoefficient - 10.327) < 1e-3)
  }

  @Test("directions under water take no bits, and every level is consistent")
  func dropping() {
    let spectrum = (1...64).map { 1 / Double($0) }
    var previous = Double.infinity
    for precision in [1e-4, 1e-2, 1e-1, 0.3, 0.6, 0.9] {
      let bound = RateBound(
        rows: 4096, columns: 4096, singularValues: spectrum, precision: precision)
      #expect(bound.bits < previous && bound.bits >= 0)
      previous = bound.bits
    }
    #expect(
      RateBound(rows: 4096, columns: 4096, singularValues: spectrum, precision: 0.5).kept < 64)
  }

  @Test("nothing costs nothing")
  func nothing() {
    for bound in [
      RateBound(rows: 4, columns: 4, singularValues: [], precision: 0.1),
      RateBound(rows: 4, columns: 4, singularValues: [0, 0], precision: 0.1),
      RateBound(rows: 4, columns: 4, singularValues: [1], precision: 1),
    ] {
      #expect(bound.bits == 0 && bound.bitsPerCoefficient == 0)
    }
  }
}
