import Checkpoint
package import Files

extension DerivedCache {
  /// How much room the entries of a kind take.
  package struct Usage: Sendable, Equatable {
    /// The kind's name.
    package let kind: String
    /// How many entries there are.
    package let entries: Int
    /// Their bytes.
    package let bytes: Int
  }

  /// The room that each kind takes, by name.
  package func usage() throws(FileFailure) -> [Usage] {
    var totals: [String: (entries: Int, bytes: Int)] = [:]
    for entry in try entries() {
      totals[entry.kind, default: (0, 0)].entries += 1
      totals[entry.kind, default: (0, 0)].bytes += entry.stamp.size
    }
    return totals.sorted { $0.key < $1.key }.map {
      Usage(kind: $0.key, entries: $0.value.entries, bytes: $0.value.bytes)
    }
  }

  /// Removes entries that were made before a moment, then the oldest until the rest fits.
  ///
  /// - Parameters:
  ///   - moment: nanoseconds since 1970; `nil` removes none for its age.
  ///   - limit: bytes that may stay.
  ///   - kind: a kind whose entries stay whatever the rest takes.
  /// - Returns: the bytes that were freed.
  package func prune(
    madeBefore moment: Int64? = nil, toBytes limit: Int = .max, sparing kind: String? = nil
  ) throws(FileFailure) -> Int {
    let all = try entries()
    var kept = all.filter { $0.kind != kind }.sorted {
      ($0.stamp.modified, $0.path) < ($1.stamp.modified, $1.path)
    }[...]
    var total = all.reduce(0) { $0 + $1.stamp.size }
    let before = total
    while let oldest = kept.first,
      total > limit || (moment.map { oldest.stamp.modified < $0 } ?? false)
    {
      try removeTree(oldest.path)
      total -= oldest.stamp.size
      kept = kept.dropFirst()
    }
    return before - total
  }

  private struct Entry {
    let kind: String
    let path: String
    let stamp: FileStamp
  }

  private func entries() throws(FileFailure) -> [Entry] {
    var entries: [Entry] = []
    for kind in try names(in: directory) {
      for group in try names(in: "\(directory)/\(kind)") {
        for name in try names(in: "\(directory)/\(kind)/\(group)") {
          let path = "\(directory)/\(kind)/\(group)/\(name)"
          // Another process may prune at the same time.
          guard let stamp = try? FileStamp(ofFileAt: path) else { continue }
          entries.append(Entry(kind: kind, path: path, stamp: stamp))
        }
      }
    }
    return entries
  }

  /// What is in a directory, but for files that are being written; nothing where it does not exist or somebody has put a file.
  private func names(in path: String) throws(FileFailure) -> [String] {
    guard try fileKind(at: path) == .directory else { return [] }
    do throws(FileFailure) {
      return try listDirectory(path).filter { !$0.hasPrefix(".") }
    } catch  where error.isAbsence {
      return []
    }
  }
}

extension EditRepository {
  /// What can be computed again.
  package var cache: DerivedCache { DerivedCache(directory: location.cacheDirectory) }

  /// Removes entries of the cache that were made so many days ago, then the oldest until the rest fits.
  ///
  /// Second moments stay: nothing computes them again by itself, and edits are proved and solved again with those that they
  /// were solved with.
  /// - Returns: the bytes that were freed.
  package func pruneCache(olderThanDays days: Int? = nil, toBytes limit: Int? = nil) throws -> Int {
    let now = environment.time.seconds
    // A century ago there was nothing.
    let moment = days.map { (now - Int64(min($0, 36_500)) * 86_400) * 1_000_000_000 }
    return try cache.prune(madeBefore: moment, toBytes: limit ?? .max, sparing: "moments")
  }
}
