internal import Checkpoint
internal import Store

/// Where facts are, by the hash of what they are about: one of the two tables of a ``HistorySegment``'s facts.
///
/// Three words a fact, little-endian: the hash, the edit's place in the segment, the fact's line in it; sorted.
struct FactPostings {
  /// Where a fact is.
  struct Posting: Comparable {
    let hash: UInt32
    /// The edit's place in its segment.
    let edit: UInt32
    /// The line of its facts, from 0.
    let line: UInt32

    static func < (a: Posting, b: Posting) -> Bool {
      (a.hash, a.edit, a.line) < (b.hash, b.edit, b.line)
    }
  }

  private enum Storage {
    case cached(CachedBytes)
    case inMemory([UInt8])
  }

  private let storage: Storage
  /// How many there are.
  let count: Int

  /// Takes an entry of the cache; `nil` where it cannot be a table.
  init?(_ bytes: CachedBytes) {
    let length = bytes.withBytes { $0.count }
    guard length % 12 == 0 else { return nil }
    storage = .cached(bytes)
    count = length / 12
  }

  /// Takes a table that is not in the cache.
  ///
  /// - Parameter bytes: what ``encode(_:)`` gave.
  init(encoded bytes: [UInt8]) {
    storage = .inMemory(bytes)
    count = bytes.count / 12
  }

  private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch storage {
    case .cached(let bytes): bytes.withBytes(body)
    case .inMemory(let bytes): bytes.withUnsafeBytes(body)
    }
  }

  /// The facts with a hash.
  func postings(of hash: UInt32) -> [Posting] {
    withBytes { bytes in
      let first = (0..<count).partitionPoint { Self.posting($0, in: bytes).hash < hash }
      return (first..<count).lazy.map { Self.posting($0, in: bytes) }.prefix { $0.hash == hash }
        .map { $0 }
    }
  }

  /// All of them.
  var all: [Posting] {
    withBytes { bytes in (0..<count).map { Self.posting($0, in: bytes) } }
  }

  /// The bytes of a table.
  static func encode(_ postings: [Posting]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(postings.count * 12)
    for posting in postings.sorted() {
      for word in [posting.hash, posting.edit, posting.line] {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
    return bytes
  }

  private static func posting(_ index: Int, in bytes: UnsafeRawBufferPointer) -> Posting {
    func word(_ place: Int) -> UInt32 {
      UInt32(
        littleEndian: bytes.loadUnaligned(
          fromByteOffset: index * 12 + place * 4, as: UInt32.self))
    }
    return Posting(hash: word(0), edit: word(1), line: word(2))
  }
}
