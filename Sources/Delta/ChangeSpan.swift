internal import Glibc
internal import LinearAlgebra

/// Several changes of one tensor in the coordinates of what they span together.
///
/// With all left factors side by side as Q₁R₁ and all right ones as Q₂R₂, the change L Rᵀ of some columns is
/// Q₁ (R₁ R₂ᵀ) Q₂ᵀ over the same columns: singular values and angles are those of small cores, and neither the
/// tensor nor Q₁ and Q₂ are formed.
package struct ChangeSpan {
  /// R₁, `[k, Σ ranks]`.
  private let left: Matrix<Double>
  /// R₂.
  private let right: Matrix<Double>

  /// The span of a change, whose columns are those of several changes side by side.
  ///
  /// - Throws: ``DeltaError/notFinite(what:)``.
  package init(_ factors: LowRankFactors) throws(DeltaError) {
    left = QRDecomposition.upper(of: factors.left)
    right = QRDecomposition.upper(of: factors.right)
    guard left.storage.allSatisfy(\.isFinite), right.storage.allSatisfy(\.isFinite) else {
      throw .notFinite(what: "the change")
    }
  }

  /// The spectrum of the change that some columns are.
  ///
  /// - Parameter columns: those of one change, or of several that are added; `nil` for all.
  /// - Throws: ``DeltaError/notFinite(what:)``.
  package func spectrum(of columns: Range<Int>? = nil) throws(DeltaError) -> DeltaSpectrum {
    let wanted = Array(columns ?? 0..<left.columns)
    return try DeltaSpectrum(
      core: Matrix.product(
        left.selectingColumns(wanted), .none, right.selectingColumns(wanted), .transposed))
  }

  /// The principal angles between the column spaces of two changes and between their row spaces, in
  /// degrees, ascending: 0 where both act on the same direction, 90 where they have nothing in common.
  ///
  /// - Parameters:
  ///   - one: a spectrum of this span.
  ///   - other: another one of it.
  /// - Returns: as many as the smaller rank.
  /// - Throws: ``DeltaError/notFinite(what:)``.
  /// - Source: Björck and Golub, "Numerical methods for computing angles between linear subspaces", 1973.
  package func angles(
    between one: DeltaSpectrum, and other: DeltaSpectrum
  ) throws(DeltaError) -> (columns: [Double], rows: [Double]) {
    (try Self.angles(one.left, other.left), try Self.angles(one.right, other.right))
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
