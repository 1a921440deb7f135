/// Tokens as exact bytes, found by id or by bytes.
///
/// Bytes lie in one block. The table of ids is open-addressed under a hash that differs from process to
/// process, so that no file can be made to collide.
struct Vocabulary: Sendable {
  private let bytes: [UInt8]
  private let extents: [Range<Int32>?]
  private let slots: [Int32]
  /// One more than the highest id.
  var idLimit: Int { extents.count }

  /// Ids above this bound leave more than half of the embedding without tokens: such a file is refused.
  static func idBound(tokenCount: Int) -> Int { min(2 * tokenCount + 4096, 1 << 24) }

  /// Takes the tokens of a file.
  init(_ tokens: TokenList, file: String) throws(TokenizerError) {
    let bound = Self.idBound(tokenCount: tokens.count)
    var limit = 0
    for index in 0..<tokens.count {
      let id = tokens.ids[index]
      guard id >= 0, id < bound else {
        throw .idOutOfRange(file: file, token: tokens.text(index), id: id, limit: bound)
      }
      limit = max(limit, id + 1)
    }

    var extents = [Range<Int32>?](repeating: nil, count: limit)
    var capacity = 16
    while capacity < 2 * tokens.count { capacity *= 2 }
    var slots = [Int32](repeating: -1, count: capacity)
    for index in 0..<tokens.count {
      let id = tokens.ids[index], range = tokens.range(index)
      if let taken = extents[id] {
        let other = String(
          decoding: tokens.bytes[Int(taken.lowerBound)..<Int(taken.upperBound)], as: UTF8.self)
        throw .duplicateID(file: file, id: id, tokens: [other, tokens.text(index)])
      }
      let slot = tokens.bytes.withUnsafeBufferPointer { all in
        Self.slot(
          of: UnsafeBufferPointer(rebasing: all[range]), in: slots, bytes: all, extents: extents)
      }
      guard slots[slot] < 0 else { throw .duplicateToken(file: file, token: tokens.text(index)) }
      slots[slot] = Int32(id)
      extents[id] = Int32(range.lowerBound)..<Int32(range.upperBound)
    }
    bytes = tokens.bytes
    self.extents = extents
    self.slots = slots
  }

  /// The id of a token.
  func id(of token: UnsafeBufferPointer<UInt8>) -> Int32? {
    let found = bytes.withUnsafeBufferPointer {
      slots[Self.slot(of: token, in: slots, bytes: $0, extents: extents)]
    }
    return found < 0 ? nil : found
  }

  /// The id of a token.
  func id(of token: some Sequence<UInt8>) -> Int32? {
    Array(token).withUnsafeBufferPointer { id(of: $0) }
  }

  /// The bytes of a token; `nil` when there is none of that id.
  func token(_ id: Int32) -> [UInt8]? {
    guard id >= 0, id < extents.count, let extent = extents[Int(id)] else { return nil }
    return Array(bytes[Int(extent.lowerBound)..<Int(extent.upperBound)])
  }

  /// The slot that holds the token, or the free one where it would go.
  private static func slot(
    of token: UnsafeBufferPointer<UInt8>, in slots: [Int32], bytes: UnsafeBufferPointer<UInt8>,
    extents: [Range<Int32>?]
  ) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(token))
    let mask = slots.count - 1
    var slot = hasher.finalize() & mask
    while slots[slot] >= 0 {
      if let extent = extents[Int(slots[slot])], extent.count == token.count,
        bytes[Int(extent.lowerBound)..<Int(extent.upperBound)].elementsEqual(token)
      {
        return slot
      }
      slot = (slot + 1) & mask
    }
    return slot
  }
}
