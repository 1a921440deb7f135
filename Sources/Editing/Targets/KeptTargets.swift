package import Checkpoint
internal import Synchronization

/// Targets in memory.
package final class KeptTargets: TargetCache {
  private let targets = Mutex<[Digest: CachedTarget]>([:])

  /// Nothing yet.
  package init() {}

  /// The target of a key.
  package func target(for key: Digest) -> CachedTarget? { targets.withLock { $0[key] } }

  /// Keeps a target.
  package func keep(_ target: CachedTarget, for key: Digest) {
    targets.withLock { $0[key] = target }
  }
}
