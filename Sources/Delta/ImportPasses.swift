import LinearAlgebra

extension ImportSource {
  /// Runs over the bands, several at a time; each writes a result of its own.
  ///
  /// - Parameter body: gets the rows, T and T − P for them, both of which it may overwrite.
  func forEachBand<Result>(
    _ threads: Workers, results: inout [Result],
    _ body: (
      Range<Int>, UnsafeMutableBufferPointer<Double>, UnsafeMutableBufferPointer<Double>,
      inout Result
    ) -> Void
  ) {
    let bands = bands
    results.withUnsafeMutableBufferPointer { results in
      let count = bandHeight * columns
      threads.forEach(bands.count) { index in
        let rows = bands[index]
        let memory = UnsafeMutableBufferPointer<Double>.allocate(capacity: 2 * count)
        defer { memory.deallocate() }
        let size = rows.count * columns
        let target = UnsafeMutableBufferPointer(rebasing: memory[..<size])
        let difference = UnsafeMutableBufferPointer(rebasing: memory[count..<count + size])
        widen(rows, target: target, difference: difference)
        body(rows, target, difference, &results[index])
      }
    }
  }

  /// Σ over the bands of what `body` adds to a matrix. Bands are put into a fixed number of groups, so that
  /// the order of the sums does not follow the number of threads.
  func sum(
    rows: Int, columns width: Int, _ threads: Workers,
    _ body: (
      Range<Int>, UnsafeMutableBufferPointer<Double>, UnsafeMutableBufferPointer<Double>,
      inout Matrix<Double>
    ) -> Void
  ) -> Matrix<Double> {
    let bands = bands
    let groups = min(4, bands.count)
    var sums = [Matrix<Double>](repeating: Matrix(rows: rows, columns: width), count: groups)
    let count = bandHeight * columns
    sums.withUnsafeMutableBufferPointer { sums in
      threads.forEach(groups) { group in
        let memory = UnsafeMutableBufferPointer<Double>.allocate(capacity: 2 * count)
        defer { memory.deallocate() }
        for index in stride(from: group, to: bands.count, by: groups) {
          let range = bands[index]
          let size = range.count * columns
          let target = UnsafeMutableBufferPointer(rebasing: memory[..<size])
          let difference = UnsafeMutableBufferPointer(rebasing: memory[count..<count + size])
          widen(range, target: target, difference: difference)
          body(range, target, difference, &sums[group])
        }
      }
    }
    var total = Matrix<Double>(rows: rows, columns: width)
    for sum in sums { for i in total.storage.indices { total.storage[i] += sum.storage[i] } }
    return total
  }
}

extension Matrix<Double> {
  /// Adds AᵀB, A being `[rows, columns]` in memory.
  mutating func addProduct(
    transposed a: UnsafeBufferPointer<Double>, rows: Int, columns: Int, _ b: Matrix<Double>
  ) {
    storage.withUnsafeMutableBufferPointer { c in
      b.storage.withUnsafeBufferPointer { b0 in
        guard let ap = a.baseAddress, let bp = b0.baseAddress, let cp = c.baseAddress else {
          return
        }
        Double.gemm(
          .transposed, .none, m: columns, n: b.columns, k: rows, alpha: 1, ap, lda: columns, bp,
          ldb: b.columns, beta: 1, cp, ldc: b.columns)
      }
    }
  }
}
