package import Checkpoint
package import Store

/// The fingerprint of the checkpoint that a set of edits materialises to: what `apply` prints.
///
/// A commit records it as `Emend-Weights`, so that anybody can see that another machine, and a later
/// program, give the same weights for the same tree.
package struct WeightsFingerprint {
  private let base: BaseBinding

  /// Fingerprints on a base.
  package init(of base: BaseBinding) { self.base = base }

  /// The fingerprint at a stack, without some edits and with some deltas beside it.
  ///
  /// - Parameter known: the digests of changed tensors that need not be computed again, by name.
  /// - Throws: what the store and the codec throw for damaged edits.
  package func run(
    _ stack: EditStack, excluding excluded: Set<EditID> = [], adding extra: [EncodedEdit.Part] = [],
    knowing known: [String: Digest] = [:]
  ) throws -> Digest {
    let materialiser = try StackMaterialiser(
      stack, base.manifest, excluding: excluded, adding: extra)
    var digests = known
    for name in materialiser.changedTensors where known[name] == nil {
      digests[name] = try materialiser.digest(base.checkpoint.tensor(named: name))
    }
    return joining(digests)
  }

  /// The trailer that a commit of a state gets.
  func trailer(_ state: SolveState) throws -> (CommitTrailers.Key, String) {
    let weights = try run(state.stack, excluding: state.excluded, adding: state.extra)
    return (.weights, weights.hexadecimal)
  }

  /// The fingerprint of the base with some tensors changed.
  ///
  /// - Parameter digests: of the changed tensors' bytes, by name.
  func joining(_ digests: [String: Digest]) -> Digest {
    CheckpointManifest(base.manifest.records(digests)).fingerprint
  }
}
