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

  /// The fingerprint at a stack.
  ///
  /// - Throws: what the store and the codec throw for damaged edits.
  package func run(_ stack: EditStack) throws -> Digest {
    let materialiser = try StackMaterialiser(stack, base.manifest)
    return try joining(
      Dictionary(
        uniqueKeysWithValues: materialiser.changedTensors.map {
          ($0, try materialiser.digest(base.checkpoint.tensor(named: $0)))
        }))
  }

  /// The trailer that a commit of a state gets.
  ///
  /// - Parameter known: the digests of changed tensors that need not be computed again, by name.
  /// - Throws: ``WorkflowError/overflow(tensor:type:)``, what the store and the codec throw for damaged edits.
  func trailer(_ state: SolveState, knowing known: [String: Digest] = [:]) throws
    -> (CommitTrailers.Key, String)
  {
    let materialiser = try StackMaterialiser(
      state.stack, base.manifest, excluding: state.excluded, adding: state.extra)
    var digests = known
    for name in materialiser.changedTensors where known[name] == nil {
      digests[name] = try materialiser.finiteDigest(base.checkpoint.tensor(named: name))
    }
    return (.weights, joining(digests).hexadecimal)
  }

  /// The fingerprint of the base with some tensors changed.
  ///
  /// - Parameter digests: of the changed tensors' bytes, by name.
  func joining(_ digests: [String: Digest]) -> Digest {
    CheckpointManifest(base.manifest.records(digests)).fingerprint
  }
}
