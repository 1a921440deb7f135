internal import COpenBLAS

/// The eigenvalues and eigenvectors of a symmetric matrix A = Vᵀ diag(w) V.
package struct SymmetricEigenvalues: Sendable {
  /// w, ascending.
  package let values: [Double]
  /// V, `[n, n]`: one eigenvector a row, VVᵀ = I.
  package let vectors: Matrix<Double>

  /// Decomposes A, `[n, n]`, by divide and conquer (`dsyevd`); only its lower triangle is read.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(matrix:)``,
  ///   ``LinearAlgebraError/noConvergence(rows:columns:)``.
  /// - Precondition: A is square.
  /// - Complexity: some 4n³ flops; scratch of 2n² doubles.
  package init(_ matrix: consuming Matrix<Double>) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "\(matrix.rows) x \(matrix.columns) is not square")
    guard matrix.storage.allSatisfy(\.isFinite) else { throw .notFinite(matrix: "the matrix") }
    let order = matrix.rows
    guard order > 0 else {
      values = []
      vectors = matrix
      return
    }
    var w = [Double](repeating: 0, count: order)
    var (n, info) = (Int32(order), Int32(0))
    // Row-major lower is LAPACK's upper; its columns of eigenvectors are our rows.
    func call(
      _ work: UnsafeMutablePointer<Double>, _ count: Int32, _ integers: UnsafeMutablePointer<Int32>,
      _ integerCount: Int32
    ) {
      var (count, integerCount) = (count, integerCount)
      matrix.storage.withUnsafeMutableBufferPointer { a in
        dsyevd_(
          "V", "U", &n, a.baseAddress, &n, &w, work, &count, integers, &integerCount, &info, 1, 1)
      }
    }
    var (wanted, wantedIntegers) = (0.0, Int32(0))
    call(&wanted, -1, &wantedIntegers, -1)
    var work = [Double](repeating: 0, count: max(1, Int(wanted)))
    var integers = [Int32](repeating: 0, count: max(1, Int(wantedIntegers)))
    call(&work, Int32(work.count), &integers, Int32(integers.count))
    guard info == 0 else { throw .noConvergence(rows: order, columns: order) }
    values = w
    vectors = matrix
  }
}
