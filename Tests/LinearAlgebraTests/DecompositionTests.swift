import LinearAlgebra
import TestSupport
import Testing

struct DecompositionTests {
  static let shapes = [(1, 1), (7, 3), (3, 7), (33, 33), (100, 5), (5, 100), (4, 0), (0, 4)]

  @Test("QR: QᵀQ = I, R is upper triangular, QR = A", arguments: shapes)
  func qr(rows: Int, columns: Int) {
    var random = SeededGenerator(seed: UInt64(rows * 1000 + columns))
    let a = random.matrix(rows, columns)
    let qr = QRDecomposition(a)
    let k = min(rows, columns)
    #expect((qr.orthogonal.rows, qr.orthogonal.columns) == (rows, k))
    #expect((qr.upper.rows, qr.upper.columns) == (k, columns))
    let q = qr.orthogonal
    #expect(relativeDistance(schoolbookProduct(q.transposed, q), identity(k)) < 1e-13)
    #expect(relativeDistance(schoolbookProduct(q, qr.upper), a) < 1e-13)
    for i in 0..<k { for j in 0..<min(i, columns) { #expect(qr.upper[i, j] == 0) } }
  }

  @Test(
    "SVD: UᵀU = I, VᵀV = I, s descends, U S Vᵀ = A; by either algorithm alone", arguments: shapes,
    SingularValues.Algorithm.allCases)
  func svd(shape: (rows: Int, columns: Int), algorithm: SingularValues.Algorithm) throws {
    let (rows, columns) = shape
    var random = SeededGenerator(seed: UInt64(rows * 7 + columns))
    let a = random.matrix(rows, columns)
    let svd = try SingularValues(a, by: [algorithm])
    let k = min(rows, columns)
    #expect((svd.left.rows, svd.left.columns) == (rows, k))
    #expect((svd.rightTransposed.rows, svd.rightTransposed.columns) == (k, columns))
    #expect(zip(svd.values, svd.values.dropFirst()).allSatisfy { $0 >= $1 && $1 >= 0 })
    let (u, vt) = (svd.left, svd.rightTransposed)
    #expect(relativeDistance(schoolbookProduct(u.transposed, u), identity(k)) < 1e-12)
    #expect(relativeDistance(schoolbookProduct(vt, vt.transposed), identity(k)) < 1e-12)
    let scaled = Matrix(rows: rows, columns: k) { i, j in u[i, j] * svd.values[j] }
    #expect(relativeDistance(schoolbookProduct(scaled, vt), a) < 1e-12)
  }

  @Test("a matrix of low rank has that many singular values above rounding")
  func rankIsVisible() throws {
    var random = SeededGenerator(seed: 6)
    let a = schoolbookProduct(random.matrix(30, 4), random.matrix(4, 20))
    let values = try SingularValues(a).values
    #expect(values[3] > 1e-3 * values[0])
    #expect(values[4] < 1e-13 * values[0])
  }

  @Test("a NaN is refused by name", arguments: [Double.nan, -.infinity])
  func notFinite(value: Double) {
    var a = identity(3)
    a[1, 2] = value
    #expect(throws: LinearAlgebraError.notFinite(matrix: "the matrix")) { try SingularValues(a) }
  }

  @Test("rank-k updates touch the lower triangle only")
  func symmetricUpdates() {
    var random = SeededGenerator(seed: 9)
    let a = random.matrix(6, 4)
    var c = Matrix<Double>(rows: 6, columns: 6) { i, j in i < j ? 7 : 1 }
    c.addOuterProduct(of: a, scalingSelfBy: 2)
    let outer = schoolbookProduct(a, a.transposed)
    for i in 0..<6 {
      for j in 0..<6 {
        #expect(abs(c[i, j] - (i < j ? 7 : 2 + outer[i, j])) < 1e-13)
      }
    }
    var g = Matrix<Double>(rows: 4, columns: 4)
    g.addInnerProduct(of: a)
    g.mirrorLowerTriangle()
    #expect(relativeDistance(g, schoolbookProduct(a.transposed, a)) < 1e-14)
  }

  @Test("the transpose has rows for columns", arguments: shapes + [(65, 130)])
  func transposed(rows: Int, columns: Int) {
    var random = SeededGenerator(seed: 1)
    let a = random.matrix(rows, columns)
    #expect(a.transposed == Matrix(rows: columns, columns: rows) { a[$1, $0] })
  }
}
