internal import Checkpoint
internal import Diagnostics
internal import Editing
internal import Files
internal import LinearAlgebra
internal import Store

/// The sums of a pass over a text that is not at its end: an entry of the cache, named by the recipe and the
/// pass's layers, and replaced from time to time.
///
/// An entry is what ``MomentSums/forEachPart(_:)`` gives: tokens, documents and documents read (UInt64 each), then
/// for each layer, ascending, its sums in float64.
struct UnfinishedMoments {
  private let cache: DerivedCache
  private let notes: any ProgressSink
  private let key: Digest
  private let layers: [Int]
  private let order: Int
  private let interval: Duration
  private var last: ContinuousClock.Instant
  private static let kind = DerivedCache.Kind("moment-sums")

  /// - Parameters:
  ///   - directory: where the moments will be: named by everything that they depend on.
  ///   - layers: the layers of the pass; how many there are follows from the memory.
  ///   - interval: how long to wait from one saving to the next.
  ///   - notes: told of an entry that is damaged.
  init(
    of directory: MomentDirectory, layers: [Int], order: Int, interval: Duration,
    _ cache: DerivedCache, notes: any ProgressSink
  ) {
    self.cache = cache
    self.notes = notes
    self.layers = layers.sorted()
    self.order = order
    self.interval = interval
    let names = self.layers.map(String.init).joined(separator: " ")
    key = Digest(of: Array("\(directory.key.hexadecimal) layers \(names)".utf8))
    last = .now
  }

  /// Where a pass that was interrupted came to; `nil` where there was none.
  func sums() throws -> MomentSums? {
    guard let entry = try cache.entry(Self.kind, key, notes) else { return nil }
    return entry.withBytes { MomentSums(stored: $0, layers: layers, order: order) }
  }

  /// Keeps the sums in the place of earlier ones, when it is time.
  mutating func keepWhenDue(_ sums: MomentSums) throws {
    guard last.duration(to: .now) >= interval else { return }
    try cache.store(Self.kind, key) { append throws(FileFailure) in
      try sums.forEachPart { part throws(FileFailure) in try append(part) }
    }
    last = .now
  }

  /// The pass is at its end, and its moments are kept.
  func remove() throws { try removeTree(cache.path(Self.kind, key)) }
}
