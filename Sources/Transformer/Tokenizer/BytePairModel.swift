/// The model at a tokenizer's heart: turns one word into tokens.
struct BytePairModel: Sendable {
  /// What a word is made of before pairs join.
  enum Units: Sendable {
    /// Each byte by itself: its token, or −1 where there is none.
    case bytes([Int32])
    /// Each character; one without a token falls back to the tokens of its UTF-8 bytes where those exist.
    case characters(fallback: [Int32]?)
  }

  let vocabulary: Vocabulary
  let merges: MergeTable
  let units: Units
  /// What stands for a unit without a token; without one it is left out, as in the reference.
  let unknown: Int32?
  /// Whether neighbouring unknown units become one token.
  let fusesUnknown: Bool
  /// Whether a word that is in the vocabulary as a whole is taken as it is.
  let prefersWholeWords: Bool

  /// Leaves the tokens of a word in `scratch`.
  func encode(_ word: UnsafeBufferPointer<UInt8>, into scratch: inout MergeScratch) {
    scratch.reset()
    guard !word.isEmpty else { return }
    if prefersWholeWords, let id = wholeWord(word) {
      scratch.append(id, length: word.count)
      return
    }
    switch units {
    case .bytes(let tokens): splitIntoBytes(word, tokens, &scratch)
    case .characters(let fallback): splitIntoCharacters(word, fallback, &scratch)
    }
    scratch.join(by: merges)
  }

  private func wholeWord(_ word: UnsafeBufferPointer<UInt8>) -> Int32? {
    switch units {
    case .bytes: vocabulary.id(of: word.lazy.flatMap { ByteAlphabet.spellings[Int($0)] })
    case .characters: vocabulary.id(of: word)
    }
  }

  private func splitIntoBytes(
    _ word: UnsafeBufferPointer<UInt8>, _ tokens: [Int32], _ scratch: inout MergeScratch
  ) {
    var gap = Gap()
    for byte in word {
      let id = tokens[Int(byte)]
      if id >= 0 { append(id, length: 1, &gap, &scratch) } else { skip(1, &gap, &scratch) }
    }
    close(&gap, &scratch)
  }

  private func splitIntoCharacters(
    _ word: UnsafeBufferPointer<UInt8>, _ fallback: [Int32]?, _ scratch: inout MergeScratch
  ) {
    var gap = Gap()
    var position = 0
    while position < word.count {
      let length = min(utf8Length(leading: word[position]), word.count - position)
      let character = UnsafeBufferPointer(rebasing: word[position..<position + length])
      if let id = vocabulary.id(of: character) {
        append(id, length: length, &gap, &scratch)
      } else if let fallback, character.allSatisfy({ fallback[Int($0)] >= 0 }) {
        for byte in character { append(fallback[Int(byte)], length: 1, &gap, &scratch) }
      } else {
        skip(length, &gap, &scratch)
      }
      position += length
    }
    close(&gap, &scratch)
  }

  /// Bytes that have no token and are not covered by a piece yet.
  private struct Gap {
    var length = 0
    var isUnknownToken = false
  }

  private func append(
    _ id: Int32, length: Int, _ gap: inout Gap, _ scratch: inout MergeScratch
  ) {
    if gap.isUnknownToken { close(&gap, &scratch) }
    // Bytes left out at the word's start go with its first token, so that spans have no holes.
    scratch.append(id, length: length + gap.length)
    gap = Gap()
  }

  private func skip(_ length: Int, _ gap: inout Gap, _ scratch: inout MergeScratch) {
    if unknown != nil {
      if gap.isUnknownToken, !fusesUnknown { close(&gap, &scratch) }
      gap = Gap(length: gap.length + length, isUnknownToken: true)
    } else if scratch.pieces.isEmpty {
      gap.length += length
    } else {
      scratch.extendLast(by: length)
    }
  }

  private func close(_ gap: inout Gap, _ scratch: inout MergeScratch) {
    if gap.isUnknownToken, let unknown { scratch.append(unknown, length: gap.length) }
    gap = Gap()
  }
}
