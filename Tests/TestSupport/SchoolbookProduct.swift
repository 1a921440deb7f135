package import LinearAlgebra

/// The product by three loops, accumulated in extended precision.
package func schoolbookProduct(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
  Matrix(rows: a.rows, columns: b.columns) { i, j in
    var sum: WideFloat = 0
    for k in 0..<a.columns { sum += WideFloat(a[i, k]) * WideFloat(b[k, j]) }
    return Double(sum)
  }
}

#if arch(x86_64)
  /// Where references are accumulated.
  package typealias WideFloat = Float80
#else
  /// Where references are accumulated.
  package typealias WideFloat = Double
#endif
