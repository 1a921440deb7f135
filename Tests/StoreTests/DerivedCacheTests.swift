import Checkpoint
import Files
import Store
import TestSupport
import Testing

@Suite("What can be computed again")
struct DerivedCacheTests {
  let directory: TemporaryDirectory
  let cache: DerivedCache
  let kind = DerivedCache.Kind("targets")
  let key = Digest(of: [1, 2, 3])

  init() throws {
    directory = try TemporaryDirectory()
    cache = DerivedCache(directory: directory["cache"])
  }

  private func bytes(_ kind: DerivedCache.Kind, _ key: Digest) throws -> [UInt8]? {
    guard case .hit(let entry) = try cache.look(up: kind, key) else { return nil }
    return entry.withBytes { Array($0) }
  }

  @Test("what was stored is found, also when empty, and under its own kind and key only")
  func roundTrip() throws {
    let other = DerivedCache.Kind("factors")
    try cache.store(kind, key, [7, 8, 9])
    try cache.store(other, key, [])
    #expect(try bytes(kind, key) == [7, 8, 9])
    #expect(try bytes(other, key) == [])
    #expect(try bytes(kind, Digest(of: [9])) == nil)
    #expect(
      try cache.usage().map { [$0.kind, "\($0.entries)", "\($0.bytes)"] } == [
        ["factors", "1", "88"], ["targets", "1", "91"],
      ])
  }

  @Test("any flipped byte, any shortened file and an entry under another key count as missing")
  func corruptEntries() throws {
    try cache.store(kind, key, [7, 8, 9])
    let path = cache.path(kind, key)
    let whole = try readFile(path, limit: 1000)
    var damaged: [[UInt8]] = (0..<whole.count).map { Array(whole.prefix($0)) }
    for index in whole.indices {
      var copy = whole
      copy[index] ^= 1
      damaged.append(copy)
    }
    damaged.append(whole + [0])
    for copy in damaged {
      try AtomicFile.write(copy, to: path)
      guard case .corrupt = try cache.look(up: kind, key) else {
        Issue.record("\(copy) was taken for whole")
        return
      }
      guard case .miss = try cache.look(up: kind, key) else {
        Issue.record("the damaged entry was left")
        return
      }
    }
    let other = Digest(of: [5])
    try cache.store(kind, other, [1])
    try AtomicFile.write(whole, to: cache.path(kind, other))
    guard case .corrupt = try cache.look(up: kind, other) else {
      Issue.record("an entry was taken for another")
      return
    }
  }

  @Test("an entry in use survives its removal")
  func removedWhileMapped() throws {
    try cache.store(kind, key, [7, 8, 9])
    guard case .hit(let entry) = try cache.look(up: kind, key) else {
      Issue.record("not found")
      return
    }
    #expect(try cache.prune(toBytes: 0) == 91)
    #expect(entry.withBytes { Array($0) } == [7, 8, 9])
    #expect(try bytes(kind, key) == nil)
    #expect(try cache.usage().isEmpty)
  }

  @Test("pruning removes what is too old, then the oldest until the rest fits")
  func prune() throws {
    let keys = (0..<4).map { Digest(of: [UInt8($0)]) }
    var stamps: [Int64] = []
    for key in keys {
      try cache.store(kind, key, Array(repeating: 0, count: 12))
      stamps.append(try FileStamp(ofFileAt: cache.path(kind, key)).modified)
    }
    #expect(try cache.prune(madeBefore: stamps[0]) == 0)
    #expect(try cache.prune(toBytes: 250) == 200)
    let left = try keys.filter { try bytes(kind, $0) != nil }
    #expect(left.count == 2)
    // Entries made in one tick of the clock are equally old.
    if Set(stamps).count == 4 { #expect(left == Array(keys[2...])) }
    #expect(try cache.prune(madeBefore: .max) == 200)
  }

  @Test("a repository works without its cache and after losing it")
  func deletedCache() throws {
    let sample = try SampleRepository()
    try sample.repository.cache.store(kind, key, [1])
    try remove(sample.repository.location.cacheDirectory)
    guard case .miss = try sample.repository.cache.look(up: kind, key) else {
      Issue.record("found in a directory that is gone")
      return
    }
    try sample.record(seed: 1)
    #expect(try sample.repository.check().isSound)
  }
}
