/// A dense matrix in row-major order: element (i, j) stands at `i * columns + j`.
///
/// Row-major is what checkpoints hold, so a tensor's bytes and a matrix's storage agree. What other modules call
/// for every product is compiled for both scalars: generic code would copy element by element.
package struct Matrix<Scalar: MatrixScalar>: Sendable, Equatable {
  /// The number of rows.
  package let rows: Int
  /// The number of columns.
  package let columns: Int
  /// The elements, `[rows, columns]`, row-major.
  package var storage: [Scalar]

  /// A matrix of zeros.
  @_specialize(where Scalar == Double)
  @_specialize(where Scalar == Float)
  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, Array(repeating: 0, count: rows * columns))
  }

  /// A matrix over the given elements.
  /// - Precondition: `storage.count == rows * columns`.
  @_specialize(where Scalar == Double)
  @_specialize(where Scalar == Float)
  package init(rows: Int, columns: Int, _ storage: [Scalar]) {
    precondition(
      rows >= 0 && columns >= 0 && storage.count == rows * columns,
      "\(storage.count) elements for a \(rows) x \(columns) matrix")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// A matrix whose elements are computed one by one.
  package init(rows: Int, columns: Int, _ element: (Int, Int) throws -> Scalar) rethrows {
    var storage: [Scalar] = []
    storage.reserveCapacity(rows * columns)
    for i in 0..<rows { for j in 0..<columns { storage.append(try element(i, j)) } }
    self.init(rows: rows, columns: columns, storage)
  }

  /// The element in row `i`, column `j`.
  package subscript(i: Int, j: Int) -> Scalar {
    get { storage[i * columns + j] }
    set { storage[i * columns + j] = newValue }
  }

  /// The elements of row `i`.
  package func row(_ i: Int) -> ArraySlice<Scalar> {
    storage[i * columns..<(i + 1) * columns]
  }

  /// The elements of column `j`.
  package func column(_ j: Int) -> [Scalar] {
    (0..<rows).map { storage[$0 * columns + j] }
  }

  /// The transpose, by blocks that fit the first-level cache.
  package var transposed: Matrix {
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    get {
      let (m, n) = (rows, columns)
      let result = [Scalar](unsafeUninitializedCapacity: m * n) { target, count in
        count = m * n
        guard let t = target.baseAddress else { return }
        storage.withUnsafeBufferPointer { source in
          guard let s = source.baseAddress else { return }
          let block = 32
          for i0 in stride(from: 0, to: m, by: block) {
            let i1 = Swift.min(i0 + block, m)
            for j0 in stride(from: 0, to: n, by: block) {
              for j in j0..<Swift.min(j0 + block, n) {
                let column = t + j * m
                for i in i0..<i1 { (column + i).initialize(to: s[i * n + j]) }
              }
            }
          }
        }
      }
      return Matrix(rows: n, columns: m, result)
    }
  }

  /// The matrices side by side, in order.
  /// - Precondition: all have the same number of rows.
  @_specialize(where Scalar == Double)
  @_specialize(where Scalar == Float)
  package static func concatenatingColumns(_ parts: [Matrix]) -> Matrix {
    let rows = parts.first?.rows ?? 0
    let columns = parts.reduce(0) { $0 + $1.columns }
    var storage: [Scalar] = []
    storage.reserveCapacity(rows * columns)
    for i in 0..<rows {
      for part in parts {
        precondition(part.rows == rows, "\(part.rows) rows beside \(rows)")
        storage += part.row(i)
      }
    }
    return Matrix(rows: rows, columns: columns, storage)
  }

  /// The columns named, in that order.
  @_specialize(where Scalar == Double)
  @_specialize(where Scalar == Float)
  package func selectingColumns(_ indices: [Int]) -> Matrix {
    var result = Matrix(rows: rows, columns: indices.count)
    for i in 0..<rows {
      for (k, j) in indices.enumerated() {
        result.storage[i * indices.count + k] = storage[i * columns + j]
      }
    }
    return result
  }

  /// The same numbers in another precision, each rounded to nearest.
  @_specialize(where Scalar == Double, Other == Float)
  @_specialize(where Scalar == Float, Other == Double)
  package func converted<Other: MatrixScalar>(to type: Other.Type) -> Matrix<Other> {
    Matrix<Other>(rows: rows, columns: columns, storage.map { Other($0) })
  }
}

extension Matrix where Scalar == Double {
  /// The matrix with every sign turned.
  package var negated: Matrix { Matrix(rows: rows, columns: columns, storage.map { -$0 }) }

  /// The Frobenius norm, accumulated in float64.
  package var frobeniusNorm: Double { storage.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
