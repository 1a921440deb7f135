internal import CKernels
import LinearAlgebra

/// A precision in which a difference can be multiplied.
protocol DifferenceScalar: MatrixScalar {
  /// Where ``ImportSource/withNumbers(_:_:)`` has T and P: T − P, computed in float64.
  static func subtract(
    _ target: UnsafeRawPointer, _ present: UnsafeRawPointer, _ isDouble: Int32,
    into difference: UnsafeMutableBufferPointer<Self>)
}

extension Double: DifferenceScalar {
  static func subtract(
    _ target: UnsafeRawPointer, _ present: UnsafeRawPointer, _ isDouble: Int32,
    into difference: UnsafeMutableBufferPointer<Double>
  ) {
    emend_subtract(target, present, isDouble, difference.count, nil, difference.baseAddress)
  }
}

extension Float: DifferenceScalar {
  static func subtract(
    _ target: UnsafeRawPointer, _ present: UnsafeRawPointer, _ isDouble: Int32,
    into difference: UnsafeMutableBufferPointer<Float>
  ) {
    emend_subtract(target, present, isDouble, difference.count, difference.baseAddress, nil)
  }
}

extension ImportSource {
  /// D B, D being T − P: one pass over the tensor.
  func product<Scalar: DifferenceScalar>(
    _ basis: Matrix<Scalar>, _ threads: Workers
  ) -> Matrix<Scalar> {
    let bands = bands
    var parts = bands.map { _ in [Scalar]() }
    let (n, width) = (columns, basis.columns)
    parts.withUnsafeMutableBufferPointer { parts in
      inGroups(threads, bandsOf: Scalar.self) { index, _, difference in
        let rows = bands[index].count
        var part = [Scalar](repeating: 0, count: rows * width)
        part.withUnsafeMutableBufferPointer { c in
          basis.storage.withUnsafeBufferPointer { b in
            guard let dp = difference.baseAddress, let bp = b.baseAddress, let cp = c.baseAddress
            else { return }
            Scalar.gemm(
              .none, .none, m: rows, n: width, k: n, alpha: 1, dp, lda: n, bp, ldb: width, beta: 0,
              cp, ldc: width)
          }
        }
        parts[index] = part
      }
    }
    return Matrix(rows: rows, columns: width, parts.flatMap { $0 })
  }

  /// Dᵀ B: one pass over the tensor.
  func transposedProduct<Scalar: DifferenceScalar>(
    _ basis: Matrix<Scalar>, _ threads: Workers
  ) -> Matrix<Scalar> {
    let bands = bands
    let width = basis.columns
    var sums = [Matrix<Scalar>](
      repeating: Matrix(rows: columns, columns: width), count: groupCount)
    sums.withUnsafeMutableBufferPointer { sums in
      inGroups(threads, bandsOf: Scalar.self) { index, group, difference in
        basis.storage.withUnsafeBufferPointer { basis in
          sums[group].addProduct(
            transposed: UnsafeBufferPointer(difference), rows: bands[index].count,
            columns: columns,
            UnsafeBufferPointer(rebasing: basis[(bands[index].lowerBound * width)...]))
        }
      }
    }
    return .sum(sums)
  }

  /// Bands are put into a fixed number of groups, so that the order of sums does not follow the number of threads.
  var groupCount: Int { min(4, bands.count) }

  /// Calls `body` with the number of each band and of its group, and with D on its rows; groups at the same time.
  private func inGroups<Scalar: DifferenceScalar>(
    _ threads: Workers, bandsOf type: Scalar.Type,
    _ body: (_ band: Int, _ group: Int, UnsafeMutableBufferPointer<Scalar>) -> Void
  ) {
    inGroups(threads, Scalar.self) { index, group, memory in
      let rows = bands[index]
      let difference = UnsafeMutableBufferPointer(rebasing: memory[..<(rows.count * columns)])
      withNumbers(rows) { Scalar.subtract($0, $1, $2, into: difference) }
      body(index, group, difference)
    }
  }

  /// Calls `body` with the number of each band and of its group, and with memory for a band; groups at the same time.
  func inGroups<Scalar>(
    _ threads: Workers, _ type: Scalar.Type,
    _ body: (_ band: Int, _ group: Int, UnsafeMutableBufferPointer<Scalar>) -> Void
  ) {
    let (count, groups) = (bands.count, groupCount)
    threads.forEach(groups) { group in
      let memory = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: bandHeight * columns)
      defer { memory.deallocate() }
      for index in stride(from: group, to: count, by: groups) { body(index, group, memory) }
    }
  }
}

extension Matrix {
  /// The sum of matrices of one shape, at least one, in their order.
  static func sum(_ matrices: [Matrix]) -> Matrix {
    var sum = matrices[0]
    for matrix in matrices.dropFirst() {
      matrix.storage.withUnsafeBufferPointer { more in
        sum.storage.withUnsafeMutableBufferPointer { sum in
          for i in sum.indices { sum[i] += more[i] }
        }
      }
    }
    return sum
  }

  /// Adds AᵀB, A being `[rows, columns]` in memory and B `[rows, own columns]`.
  mutating func addProduct(
    transposed a: UnsafeBufferPointer<Scalar>, rows: Int, columns: Int,
    _ b: UnsafeBufferPointer<Scalar>
  ) {
    let width = self.columns
    storage.withUnsafeMutableBufferPointer { c in
      guard let ap = a.baseAddress, let bp = b.baseAddress, let cp = c.baseAddress else { return }
      Scalar.gemm(
        .transposed, .none, m: columns, n: width, k: rows, alpha: 1, ap, lda: columns, bp,
        ldb: width, beta: 1, cp, ldc: width)
    }
  }
}
