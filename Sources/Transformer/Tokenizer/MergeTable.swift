/// Which pairs of tokens join, how urgently, and what they make.
struct MergeTable: Sendable {
  /// What a pair becomes.
  struct Merge: Sendable, Equatable {
    /// Place in the list: the lowest goes first.
    let rank: Int32
    /// The token that takes the pair's place.
    let result: Int32
  }

  private let keys: [UInt64]
  private let merges: [Merge]
  private let multiplier: UInt64
  private let shift: UInt64
  private static let free = UInt64.max

  /// Takes the merges of a file; where a pair is listed twice, the later place counts, as in the reference.
  init(_ list: MergeList, vocabulary: Vocabulary, file: String) throws(TokenizerError) {
    if let index = list.firstMalformed { throw .malformedMerge(file: file, index: index) }
    var bits: UInt64 = 4
    while 1 << bits < 2 * list.count { bits += 1 }
    // Drawn anew in each process, so that no file can be made to collide.
    let multiplier = UInt64.random(in: .min ... .max) | 1
    let shift = 64 - bits
    var keys = [UInt64](repeating: Self.free, count: 1 << bits)
    var merges = [Merge](repeating: Merge(rank: 0, result: 0), count: keys.count)
    for index in 0..<list.count {
      let parts = list.parts(index)
      let ids = list.withBytes { bytes in
        (
          left: vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[parts.left])),
          right: vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[parts.right])),
          whole: vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[parts.whole]))
        )
      }
      guard let left = ids.left, let right = ids.right, let result = ids.whole else {
        let missing = ids.left == nil ? parts.left : ids.right == nil ? parts.right : parts.whole
        throw .mergeOfUnknownToken(file: file, index: index, token: list.text(missing))
      }
      let key = Self.key(left, right)
      let slot = Self.slot(of: key, in: keys, multiplier: multiplier, shift: shift)
      keys[slot] = key
      merges[slot] = Merge(rank: Int32(truncatingIfNeeded: index), result: result)
    }
    self.keys = keys
    self.merges = merges
    self.multiplier = multiplier
    self.shift = shift
  }

  /// What a pair becomes, if it joins.
  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let key = Self.key(left, right)
    let slot = Self.slot(of: key, in: keys, multiplier: multiplier, shift: shift)
    return keys[slot] == key ? merges[slot] : nil
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private static func slot(
    of key: UInt64, in keys: [UInt64], multiplier: UInt64, shift: UInt64
  ) -> Int {
    let mixed = (key ^ (key >> 29)) &* multiplier
    var slot = Int(truncatingIfNeeded: mixed >> shift)
    while keys[slot] != key, keys[slot] != free { slot = (slot + 1) & (keys.count - 1) }
    return slot
  }
}
