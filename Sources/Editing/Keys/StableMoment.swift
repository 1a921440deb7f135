package import Checkpoint
package import LinearAlgebra

/// A second moment as it is stored: rounded to float32, with the smallest ridge that leaves it positive
/// definite, and the factor that proves it.
///
/// Fewer tokens than dimensions leave directions without any energy, and a solve would move them
/// without bound; a ridge says how much ordinary text may be assumed there.
package struct StableMoment {
  /// What was added to the diagonal, in units of its mean; 0 where nothing was needed.
  package let ridge: Double
  /// The Cholesky factor of the stored matrix.
  package let factor: Cholesky
  /// The SHA-256 of the stored matrix's bytes: float32, row after row.
  package let digest: Digest

  /// Finds the ridge by trying.
  ///
  /// One square matrix is held at a time: the factor takes its moment's place, and the moment is made
  /// again where it is needed again.
  /// - Parameter mean: makes the moment, `[f, f]`, as it was summed.
  /// - Throws: ``EditingError/momentNotDefinite(layer:tokens:dimensions:)`` where a hundredth of the
  ///   mean does not help: the moment is zero or not finite.
  package init(
    layer: Int, tokens: Int, order: Int, _ mean: () throws -> Matrix<Double>
  ) throws {
    // Without as many tokens as dimensions there is no need to try.
    for ridge in (tokens < order ? [] : [0]) + [1e-6, 1e-5, 1e-4, 1e-3, 1e-2] {
      let matrix = Self.stored(try mean(), ridge: ridge)
      var digest = DigestAccumulator()
      Self.forEachRow(of: matrix) { digest.append($0) }
      if let factor = try? Cholesky(factoring: matrix) {
        self.ridge = ridge
        self.factor = factor
        self.digest = digest.finish()
        return
      }
    }
    throw EditingError.momentNotDefinite(layer: layer, tokens: tokens, dimensions: order)
  }

  /// The moment as it is stored: every element a float32, the ridge on the diagonal.
  package static func stored(_ mean: consuming Matrix<Double>, ridge: Double) -> Matrix<Double> {
    let order = mean.rows
    mean.storage.withUnsafeMutableBufferPointer { elements in
      for i in elements.indices { elements[i] = Double(Float(elements[i])) }
      guard ridge > 0, order > 0 else { return }
      let average = (0..<order).reduce(0.0) { $0 + elements[$1 * (order + 1)] } / Double(order)
      for i in 0..<order {
        let place = i * (order + 1)
        elements[place] = Double(Float(elements[place] + ridge * average))
      }
    }
    return mean
  }

  /// The bytes of a stored moment's rows, as they stand in its file.
  package static func forEachRow(
    of matrix: Matrix<Double>, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    for row in 0..<matrix.rows {
      try matrix.row(row).map { Float($0) }.withUnsafeBytes { try body($0) }
    }
  }

  /// The factor of a moment that was stored.
  ///
  /// - Throws: ``EditingError/momentNotDefinite(layer:tokens:dimensions:)``.
  package static func factor(
    _ matrix: consuming Matrix<Double>, layer: Int, tokens: Int
  ) throws(EditingError) -> Cholesky {
    let order = matrix.rows
    do throws(LinearAlgebraError) {
      return try Cholesky(factoring: matrix)
    } catch {
      throw .momentNotDefinite(layer: layer, tokens: tokens, dimensions: order)
    }
  }
}
