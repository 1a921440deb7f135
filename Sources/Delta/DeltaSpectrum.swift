internal import Glibc
internal import LinearAlgebra

/// The directions of a change of low rank, by how much of it each is.
package struct DeltaSpectrum: Sendable {
  /// The singular values that are more than rounding, descending.
  package let values: [Double]
  private let left: Matrix<Double>
  private let right: Matrix<Double>

  /// What is smaller, relative to the largest value, is rounding of the factors' product.
  private static let smallest = 1e-10

  /// Decomposes a change, from its factors.
  ///
  /// - Throws: ``DeltaError/notFinite(what:)``.
  package init(_ factors: LowRankFactors) throws(DeltaError) {
    let form = try SpectralForm(factors)
    let count = form.values.prefix { $0 > Self.smallest * (form.values.first ?? 0) }.count
    values = Array(form.values.prefix(count))
    left = Self.rows(form.left, count)
    right = Self.rows(form.right, count)
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

  /// The principal angles between the column spaces of two changes and between their row spaces, in
  /// degrees, ascending: 0 where both act on the same direction, 90 where they have nothing in common.
  ///
  /// - Returns: as many as the smaller rank.
  /// - Throws: ``DeltaError/notFinite(what:)``.
  /// - Source: Björck and Golub, "Numerical methods for computing angles between linear subspaces", 1973.
  package func angles(to other: DeltaSpectrum) throws(DeltaError) -> (
    columns: [Double], rows: [Double]
  ) {
    (try Self.angles(left, other.left), try Self.angles(right, other.right))
  }

  private static func angles(_ a: Matrix<Double>, _ b: Matrix<Double>) throws(DeltaError)
    -> [Double]
  {
    do {
      let cosines = try SingularValues(Matrix.product(a, .none, b, .transposed)).values
      return cosines.map { acos(min(1, $0)) * 180 / .pi }
    } catch {
      throw .notFinite(what: "the angles between two changes")
    }
  }
}
