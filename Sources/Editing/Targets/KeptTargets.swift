package import Checkpoint
internal import Synchronization

/// Targets in memory, in front of another cache if there is one.
package final class KeptTargets: TargetCache {
  private let targets = Mutex<[Digest: CachedTarget]>([:])
  private let behind: (any TargetCache)?

  /// Nothing yet.
  package init(before behind: (any TargetCache)? = nil) { self.behind = behind }

  /// The target of a key.
  package func target(for key: Digest) throws -> CachedTarget? {
    if let known = targets.withLock({ $0[key] }) { return known }
    guard let target = try behind?.target(for: key) else { return nil }
    targets.withLock { $0[key] = target }
    return target
  }

  /// Keeps a target here and behind.
  package func keep(_ target: CachedTarget, for key: Digest) throws {
    targets.withLock { $0[key] = target }
    try behind?.keep(target, for: key)
  }
}
