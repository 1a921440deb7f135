internal import Checkpoint
internal import Editing
internal import Diagnostics
internal import Files
internal import LinearAlgebra
internal import Store

/// The second moments that a user or the repository names, opened when they are first looked at: not every
/// method uses any. Where it is known which ones an edit was solved with, those come first, as far as the cache has them.
struct ConfiguredMoments: SecondMomentSource {
  /// The file or directory; `nil` where none is named.
  let path: String?
  let innerWidth: Int
  let base: BaseManifest
  let cache: String
  let notes: any ProgressSink
  /// What an edit records of the moments that it was solved with, by name.
  var recorded: [String: Digest] = [:]
  /// Whether the user named `path`: then nothing else is taken.
  let isChosen: Bool

  /// A digest of a layer's moment, for what an edit records.
  ///
  /// - Throws: ``WorkflowError/noMoments``, ``WorkflowError/momentsDoNotFit(file:layer:found:expected:)``.
  func digest(layer: Int) throws -> Digest { try archive(of: layer).digest(layer: layer) }

  /// The layer's second moment.
  func matrix(layer: Int) throws -> Matrix<Double> { try archive(of: layer).matrix(layer: layer) }

  /// A solver on the layer's cached factor.
  func solver(layer: Int, weight: Double) throws -> CachedFactorSolve {
    try archive(of: layer).solver(layer: layer, weight: weight)
  }

  /// The layer's cached null space.
  func nullSpace(layer: Int, threshold: Double) throws -> NullSpace {
    try archive(of: layer).nullSpace(layer: layer, threshold: threshold)
  }

  /// Whether there are any, of whatever layers.
  var areAtHand: Bool {
    path != nil || (try? MomentDirectory.all(in: cache).isEmpty) == false
  }

  /// Opens them now.
  ///
  /// - Throws: ``WorkflowError/noMoments``, what is wrong with the file.
  func check() throws { _ = try archive() }

  /// The same for solving again what was solved with certain moments.
  func preferring(_ statistics: [EditDescription.Statistics]) -> ConfiguredMoments {
    var copy = self
    copy.recorded = Dictionary(statistics.map { ($0.name, $0.digest) }, uniquingKeysWith: { $1 })
    return copy
  }

  private func archive() throws -> MomentArchive {
    guard let path else { throw WorkflowError.noMoments }
    return try archive(at: path)
  }

  private func archive(of layer: Int) throws -> MomentArchive {
    guard !isChosen, let wanted = recorded["cov.\(layer)"] else { return try archive() }
    for directory in try MomentDirectory.all(in: cache) {
      // What cannot be read is none of them.
      guard let archive = try? archive(at: directory) else { continue }
      if (try? archive.claims(wanted, layer: layer)) == true { return archive }
    }
    return try archive()
  }

  private func archive(at path: String) throws -> MomentArchive {
    try MomentArchive(path: path, innerWidth: innerWidth, base: base, cache: cache, notes: notes)
  }
}
