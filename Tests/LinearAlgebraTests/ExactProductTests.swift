import LinearAlgebra
import TestSupport
import Testing

struct ExactProductTests {
  @Test("dgemm on integer factors equals schoolbook Int64", arguments: [1, 7, 64, 500])
  func productIsExact(rank: Int) throws {
    var random = SeededGenerator(seed: UInt64(rank))
    // The largest magnitudes whose sum the bound allows, and full columns of them.
    let limit = Int((ExactProduct.limit / Double(rank)).squareRoot().rounded(.down)) - 1
    let (rows, columns) = (33, 17)
    var a = (0..<rows * rank).map { _ in Int.random(in: -limit...limit, using: &random) }
    var b = (0..<columns * rank).map { _ in Int.random(in: -limit...limit, using: &random) }
    for k in 0..<rank {
      a[k * rows] = limit
      b[k * columns] = limit
    }
    let product = try ExactProduct(
      left: Matrix(rows: rank, columns: rows, a.map(Double.init)),
      right: Matrix(rows: rank, columns: columns, b.map(Double.init)))
    #expect(product.bound < ExactProduct.limit)
    for (tile, strip) in [(0..<1, 0..<17), (1..<20, 3..<4), (20..<33, 5..<17), (5..<5, 0..<2)] {
      var out = [Double](repeating: .nan, count: tile.count * strip.count)
      out.withUnsafeMutableBufferPointer { product.multiply(rows: tile, columns: strip, into: $0) }
      for i in tile {
        for j in strip {
          let oracle = (0..<rank).reduce(0) { $0 + a[$1 * rows + i] * b[$1 * columns + j] }
          let found = out[(i - tile.lowerBound) * strip.count + j - strip.lowerBound]
          #expect(found == Double(oracle), "(\(i), \(j))")
        }
      }
    }
  }

  @Test("no directions give zeros")
  func rankZero() throws {
    let product = try ExactProduct(
      left: Matrix(rows: 0, columns: 2), right: Matrix(rows: 0, columns: 3))
    var out = [Double](repeating: 9, count: 6)
    out.withUnsafeMutableBufferPointer { product.multiply(rows: 0..<2, columns: 0..<3, into: $0) }
    #expect(out == [0, 0, 0, 0, 0, 0])
  }

  @Test("factors whose sums may pass 2^53 are refused with the bound")
  func boundIsEnforced() {
    let half = 94_906_266.0  // just above √2⁵³
    let factor = Matrix(rows: 1, columns: 1, [half])
    #expect(throws: LinearAlgebraError.productNotExact(bound: half * half)) {
      try ExactProduct(left: factor, right: factor)
    }
  }

  @Test("what is no integer is refused", arguments: [0.5, -1e-300, 4_503_599_627_370_495.5])
  func integersOnly(value: Double) {
    #expect(throws: LinearAlgebraError.notAnInteger(value)) {
      try ExactProduct(
        left: Matrix(rows: 1, columns: 1, [value]), right: Matrix(rows: 1, columns: 1, [1]))
    }
  }

  @Test("NaN and infinity are no integers", arguments: [Double.nan, .infinity])
  func finiteOnly(value: Double) {
    #expect(throws: LinearAlgebraError.self) {
      try ExactProduct(
        left: Matrix(rows: 1, columns: 1, [value]), right: Matrix(rows: 1, columns: 1, [0]))
    }
  }
}
