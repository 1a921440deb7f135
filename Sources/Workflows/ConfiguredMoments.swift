internal import Checkpoint
internal import Editing
internal import Diagnostics
internal import Files
internal import LinearAlgebra
internal import Store

/// The second moments that a user or the repository names, opened when they are first looked at: not every
/// method uses any.
struct ConfiguredMoments: SecondMomentSource {
  /// The file or directory; `nil` where none is named.
  let path: String?
  let innerWidth: Int
  let base: BaseManifest
  let cache: String
  let notes: any ProgressSink

  /// A digest of a layer's moment, for what an edit records.
  ///
  /// - Throws: ``WorkflowError/noMoments``, ``WorkflowError/momentsDoNotFit(file:layer:found:expected:)``.
  func digest(layer: Int) throws -> Digest { try archive().digest(layer: layer) }

  /// The layer's second moment.
  func matrix(layer: Int) throws -> Matrix<Double> { try archive().matrix(layer: layer) }

  /// A solver on the layer's cached factor.
  func solver(layer: Int, weight: Double) throws -> CachedFactorSolve {
    try archive().solver(layer: layer, weight: weight)
  }

  /// The layer's cached null space.
  func nullSpace(layer: Int, threshold: Double) throws -> NullSpace {
    try archive().nullSpace(layer: layer, threshold: threshold)
  }

  /// Opens them now.
  ///
  /// - Throws: ``WorkflowError/noMoments``, what is wrong with the file.
  func check() throws { _ = try archive() }

  private func archive() throws -> MomentArchive {
    guard let path else { throw WorkflowError.noMoments }
    return try MomentArchive(
      path: path, innerWidth: innerWidth, base: base, cache: cache, notes: notes)
  }
}
