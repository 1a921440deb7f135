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
    try CachedFactorSolve(
      factor: StableMoment.factor(try matrix(layer: layer), layer: layer, tokens: tokenCount),
      weight: weight)
  }
}
