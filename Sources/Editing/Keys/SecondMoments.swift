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
    try CachedFactorSolve(
      factor: StableMoment.factor(try matrix(layer: layer), layer: layer, tokens: tokenCount),
      weight: weight)
  }
}
