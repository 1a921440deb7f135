package import LinearAlgebra
internal import Synchronization

/// Second moments whose solvers and matrices stay in memory once they were looked at: for many solves with
/// one source.
package final class KeptMoments: SecondMomentSource {
  private struct Key: Hashable {
    let layer: Int
    let weight: Double
  }

  private let source: any SecondMomentSource
  private let solvers = Mutex<[Key: CachedFactorSolve]>([:])
  private let matrices = Mutex<[Int: Matrix<Double>]>([:])
  private let nullSpaces = Mutex<[Key: NullSpace]>([:])

  /// Keeps what comes from a source.
  package init(_ source: any SecondMomentSource) { self.source = source }

  /// A solver with the layer's second moment, weighed by λ.
  package func solver(layer: Int, weight: Double) throws -> CachedFactorSolve {
    let key = Key(layer: layer, weight: weight)
    if let known = solvers.withLock({ $0[key] }) { return known }
    let solver = try source.solver(layer: layer, weight: weight)
    solvers.withLock { $0[key] = solver }
    return solver
  }

  /// The layer's second moment.
  package func matrix(layer: Int) throws -> Matrix<Double> {
    if let known = matrices.withLock({ $0[layer] }) { return known }
    let matrix = try source.matrix(layer: layer)
    matrices.withLock { $0[layer] = matrix }
    return matrix
  }

  /// The null space of the layer's second moment.
  package func nullSpace(layer: Int, threshold: Double) throws -> NullSpace {
    let key = Key(layer: layer, weight: threshold)
    if let known = nullSpaces.withLock({ $0[key] }) { return known }
    let space = try source.nullSpace(layer: layer, threshold: threshold)
    nullSpaces.withLock { $0[key] = space }
    return space
  }
}
