internal import Checkpoint
internal import Diagnostics
internal import Store

extension DerivedCache {
  /// An entry; `nil` where there is none. One that is damaged counts as none, and `notes` is told.
  func entry(_ kind: Kind, _ key: Digest, _ notes: any ProgressSink) throws -> CachedBytes? {
    switch try look(up: kind, key) {
    case .hit(let entry): return entry
    case .miss: return nil
    case .corrupt(let path):
      notes.warn("a damaged cache entry was removed and is made again: \(path)")
      return nil
    }
  }
}
