import LinearAlgebra

/// Norms of products of slim matrices, without forming the products.
enum GramProduct {
  /// tr(AB) of two symmetric matrices of which the lower triangles are given, at least 0.
  ///
  /// For A = PᵀP and B = QᵀQ this is ‖P Qᵀ‖_F².
  static func trace(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    let n = a.rows
    var sum = 0.0
    a.storage.withUnsafeBufferPointer { a in
      b.storage.withUnsafeBufferPointer { b in
        for i in 0..<n {
          var row = 0.0
          for j in 0..<i { row += a[i * n + j] * b[i * n + j] }
          sum += 2 * row + a[i * n + i] * b[i * n + i]
        }
      }
    }
    // `max` would take a NaN for 0.
    return sum < 0 ? 0 : sum
  }
}
