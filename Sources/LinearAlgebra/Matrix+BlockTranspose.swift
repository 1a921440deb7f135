extension Matrix where Scalar == Double {
  /// The transpose, by blocks that fit the first-level cache: `transposed` for large matrices.
  package var blockTransposed: Matrix {
    let (m, n) = (rows, columns)
    let result = [Double](unsafeUninitializedCapacity: m * n) { target, count in
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
