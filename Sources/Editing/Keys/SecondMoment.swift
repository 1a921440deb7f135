package import LinearAlgebra

/// Second moments of keys, one for each edited layer, and how they came about.
package struct SecondMoments: Sendable {
  /// C = E[k kᵀ], uncentred, `[f, f]`, by layer.
  package let matrices: [Int: Matrix<Double>]
  /// How many tokens they are means over.
  package let tokenCount: Int
  /// How many documents.
  package let documentCount: Int

  /// Moments computed or read.
  package init(matrices: [Int: Matrix<Double>], tokenCount: Int, documentCount: Int) {
    self.matrices = matrices
    self.tokenCount = tokenCount
    self.documentCount = documentCount
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
