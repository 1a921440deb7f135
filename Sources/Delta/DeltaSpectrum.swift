internal import LinearAlgebra

/// The directions of a change of low rank, by how much of it each is.
package struct DeltaSpectrum: Sendable {
  /// The singular values that are more than rounding, descending.
  package let values: [Double]
  /// The left directions, one a row, in the coordinates of the core.
  let left: Matrix<Double>
  /// The right ones.
  let right: Matrix<Double>

  /// What is smaller, relative to the largest value, is rounding of the factors' product.
  private static let smallest = 1e-10

  /// Decomposes a change given in the coordinates of two orthonormal bases.
  init(core: Matrix<Double>) throws(DeltaError) {
    let form: SingularValues
    do {
      form = try SingularValues(core)
    } catch {
      throw .notFinite(what: "the product of the change's factors")
    }
    let count = form.values.prefix { $0 > Self.smallest * (form.values.first ?? 0) }.count
    values = Array(form.values.prefix(count))
    left = Self.rows(form.left.transposed, count)
    right = Self.rows(form.rightTransposed, count)
  }

  private static func rows(_ matrix: Matrix<Double>, _ count: Int) -> Matrix<Double> {
    Matrix(
      rows: count, columns: matrix.columns, Array(matrix.storage.prefix(count * matrix.columns)))
  }

  /// The number of directions.
  package var rank: Int { values.count }
  /// ‖Δ‖_F.
  package var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  /// ‖Δ‖₂, the largest singular value.
  package var spectralNorm: Double { values.first ?? 0 }
}
