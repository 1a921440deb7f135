package import LinearAlgebra

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
