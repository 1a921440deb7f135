package import LinearAlgebra

/// Second moments of keys, one for each edited layer, and how they came about.
package struct SecondMoments: Sendable {
  /// C = E[k kᵀ], uncentred, `[f, f]`, by layer.
  package let matrices: [Int: Matrix<Double>]
  /// How many tokens they are means over.
  package let tokenCount: Int
  /// How many documents.
  package let documentCount: Int
  /// What was added to the diagonals, in units of their mean; 0 where nothing was needed.
  package let ridge: Double

  /// Moments computed or read.
  package init(
    matrices: [Int: Matrix<Double>], tokenCount: Int, documentCount: Int, ridge: Double = 0
  ) {
    self.matrices = matrices
    self.tokenCount = tokenCount
    self.documentCount = documentCount
    self.ridge = ridge
  }

  /// The moments rounded to float32, as they are stored, with the smallest ridge that leaves every one
  /// of them positive definite.
  ///
  /// Fewer tokens than dimensions leave directions without any energy, and a solve would move them
  /// without bound; a ridge says how much ordinary text may be assumed there.
  /// - Throws: ``EditingError/momentNotDefinite(layer:tokens:dimensions:)`` where a hundredth of the
  ///   mean does not help: the moments are zero or not finite.
  package func stabilised() throws(EditingError) -> SecondMoments {
    let rounded = matrices.mapValues { $0.converted(to: Float.self).converted(to: Double.self) }
    for ridge in [0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2] {
      let trial = rounded.mapValues { Self.adding(ridge, to: $0) }
      if trial.values.allSatisfy({ (try? Cholesky(factoring: $0)) != nil }) {
        return SecondMoments(
          matrices: trial, tokenCount: tokenCount, documentCount: documentCount, ridge: ridge)
      }
    }
    throw .momentNotDefinite(
      layer: matrices.keys.min() ?? 0, tokens: tokenCount,
      dimensions: matrices.values.first?.rows ?? 0)
  }

  private static func adding(_ ridge: Double, to matrix: Matrix<Double>) -> Matrix<Double> {
    guard ridge > 0, matrix.rows > 0 else { return matrix }
    var result = matrix
    let mean = (0..<matrix.rows).reduce(0.0) { $0 + matrix[$1, $1] } / Double(matrix.rows)
    for i in 0..<matrix.rows { result[i, i] = Double(Float(matrix[i, i] + ridge * mean)) }
    return result
  }
}

/// Where a solve finds its second moments.
package protocol SecondMomentSource: Sendable {
  /// A solver with the layer's second moment, weighed by λ.
  ///
  /// - Throws: ``EditingError`` where the layer has no usable moment.
  func solver(layer: Int, weight: Double) throws -> CachedFactorSolve

  /// The layer's second moment itself, `[f, f]`: where so many keys come that a new factor is cheaper.
  func matrix(layer: Int) throws -> Matrix<Double>

  /// The null space of the layer's second moment.
  ///
  /// - Throws: as ``NullSpace/init(of:threshold:layer:)``, and where the layer has no usable moment.
  func nullSpace(layer: Int, threshold: Double) throws -> NullSpace
}

extension SecondMomentSource {
  /// Computed each time.
  package func nullSpace(layer: Int, threshold: Double) throws -> NullSpace {
    try NullSpace(of: matrix(layer: layer), threshold: threshold, layer: layer)
  }
}

extension SecondMoments: SecondMomentSource {
  /// The layer's second moment.
  package func matrix(layer: Int) throws -> Matrix<Double> {
    guard let matrix = matrices[layer] else {
      throw EditingError.wrongMoment(
        file: "second moments", layer: layer, found: "none", expected: "a square matrix")
    }
    return matrix
  }

  /// Factorises the layer's moment and wraps it.
  package func solver(layer: Int, weight: Double) throws -> CachedFactorSolve {
    let matrix = try matrix(layer: layer)
    do {
      return try CachedFactorSolve(factor: Cholesky(factoring: matrix), weight: weight)
    } catch LinearAlgebraError.notPositiveDefinite {
      throw EditingError.momentNotDefinite(
        layer: layer, tokens: tokenCount, dimensions: matrix.rows)
    }
  }
}
