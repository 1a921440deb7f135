/// Tokens and ids in the order of a file, the bytes in one block.
struct TokenList: Equatable {
  private(set) var bytes: [UInt8] = []
  private(set) var ids: [Int] = []
  private var ends: [Int] = []

  /// Number of tokens.
  var count: Int { ids.count }

  /// Adds a token.
  mutating func append(_ token: String, id: Int) {
    bytes.append(contentsOf: token.utf8)
    ends.append(bytes.count)
    ids.append(id)
  }

  /// Where a token's bytes lie in the block.
  func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  /// A token as text, for messages.
  func text(_ index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }
}
