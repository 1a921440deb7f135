package import LinearAlgebra
internal import Synchronization

/// Second moments whose solvers and matrices stay in memory once they were looked at, as many as there is room
/// for: for many solves with one source.
///
/// Who came first stays: solves take the layers in turn, and whoever made room would always lose what comes next.
package final class KeptMoments: SecondMomentSource {
  private struct Key: Hashable {
    let layer: Int
    let weight: Double
  }

  private let source: any SecondMomentSource
  private let solvers = Mutex<[Key: CachedFactorSolve]>([:])
  private let matrices = Mutex<[Int: Matrix<Double>]>([:])
  private let nullSpaces = Mutex<[Key: NullSpace]>([:])
  private let room: Mutex<Int>

  /// Keeps what comes from a source.
  ///
  /// - Parameter bytes: how much of it.
  package init(_ source: any SecondMomentSource, keeping bytes: Int = .max) {
    self.source = source
    room = Mutex(bytes)
  }

  /// Whether a matrix may stay; its room is then taken.
  private func takes(_ matrix: Matrix<Double>) -> Bool {
    let size = MemoryLayout<Double>.size * matrix.storage.count
    return room.withLock { left in
      guard left >= size else { return false }
      left -= size
      return true
    }
  }

  /// A solver with the layer's second moment, weighed by λ.
  package func solver(layer: Int, weight: Double) throws -> CachedFactorSolve {
    let key = Key(layer: layer, weight: weight)
    if let known = solvers.withLock({ $0[key] }) { return known }
    let solver = try source.solver(layer: layer, weight: weight)
    if takes(solver.factor.lower) { solvers.withLock { $0[key] = solver } }
    return solver
  }

  /// The layer's second moment.
  package func matrix(layer: Int) throws -> Matrix<Double> {
    if let known = matrices.withLock({ $0[layer] }) { return known }
    let matrix = try source.matrix(layer: layer)
    if takes(matrix) { matrices.withLock { $0[layer] = matrix } }
    return matrix
  }

  /// The null space of the layer's second moment.
  package func nullSpace(layer: Int, threshold: Double) throws -> NullSpace {
    let key = Key(layer: layer, weight: threshold)
    if let known = nullSpaces.withLock({ $0[key] }) { return known }
    let space = try source.nullSpace(layer: layer, threshold: threshold)
    if takes(space.basis) { nullSpaces.withLock { $0[key] = space } }
    return space
  }
}
