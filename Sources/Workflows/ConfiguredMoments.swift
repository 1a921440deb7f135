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
  /// Whether what an edit records is wanted whatever base it was collected on: a base that edits were moved from, say.
  var recordedAlone = false
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

  /// The same for solving again what was solved with certain moments; or, where the very result is wanted again, with those
  /// alone.
  func preferring(
    _ statistics: [EditDescription.Statistics], alone: Bool = false
  ) -> ConfiguredMoments {
    var copy = self
    copy.recordedAlone = alone
    copy.recorded = Dictionary(statistics.map { ($0.name, $0.digest) }, uniquingKeysWith: { $1 })
    return copy
  }

  private func archive() throws -> MomentArchive {
    guard let path else { throw WorkflowError.noMoments }
    return try archive(at: path, of: base)
  }

  private func archive(of layer: Int) throws -> MomentArchive {
    guard !isChosen, let wanted = recorded["cov.\(layer)"] else { return try archive() }
    if let own = try cached(wanted, layer: layer, of: base) { return own }
    // Edits that were moved to another base keep what they were solved with, until there is something of that base.
    if recordedAlone || (try? archive().digest(layer: layer)) == nil,
      let moved = try cached(wanted, layer: layer, of: nil)
    {
      return moved
    }
    return try archive()
  }

  /// What the cache has of certain bytes.
  private func cached(_ wanted: Digest, layer: Int, of base: BaseManifest?) throws -> MomentArchive?
  {
    for directory in try MomentDirectory.all(in: cache) {
      // What cannot be read is none of them.
      guard let archive = try? archive(at: directory, of: base) else { continue }
      if (try? archive.claims(wanted, layer: layer)) == true { return archive }
    }
    return nil
  }

  private func archive(at path: String, of base: BaseManifest?) throws -> MomentArchive {
    try MomentArchive(path: path, innerWidth: innerWidth, base: base, cache: cache, notes: notes)
  }
}
