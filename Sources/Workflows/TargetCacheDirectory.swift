internal import Checkpoint
internal import Diagnostics
internal import Editing
internal import Store

/// Targets in a directory of sealed entries: `d` (UInt32), steps (UInt32), then z as float32,
/// little-endian. A damaged entry counts as missing and is made again.
struct TargetCacheDirectory: TargetCache {
  private let cache: DerivedCache
  private let notes: any ProgressSink
  private static let kind = DerivedCache.Kind("target")

  /// Uses a directory, which is made when something is kept.
  ///
  /// - Parameter notes: told of an entry that is damaged.
  init(_ directory: String, notes: any ProgressSink = NoProgress()) {
    cache = DerivedCache(directory: directory)
    self.notes = notes
  }

  /// The target of a key; `nil` where there is none.
  func target(for key: Digest) throws -> CachedTarget? {
    guard let entry = try cache.entry(Self.kind, key, notes) else { return nil }
    return entry.withBytes { bytes in
      guard bytes.count >= 8 else { return nil }
      let width = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)))
      let steps = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
      guard bytes.count == 8 + 4 * width else { return nil }
      let vector = (0..<width).map { index in
        Float(
          bitPattern: UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 8 + 4 * index, as: UInt32.self)))
      }
      return CachedTarget(vector: vector, steps: steps)
    }
  }

  /// Keeps a target.
  func keep(_ target: CachedTarget, for key: Digest) throws {
    var bytes: [UInt8] = []
    func append(_ word: UInt32) {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    append(UInt32(target.vector.count))
    append(UInt32(target.steps))
    for value in target.vector { append(value.bitPattern) }
    try cache.store(Self.kind, key, bytes)
  }
}
