/// A byte-pair tokenizer, as a `tokenizer.json` describes it.
///
/// Gives the ids that the reference (the `tokenizers` library) gives, and for each token the bytes of the
/// text that it covers. Covers the byte-level kinds (GPT-2, GPT-J, GPT-NeoX, Llama 3, Qwen2) and the
/// SentencePiece kinds with byte fallback (Llama 2, Mistral) as `tokenizer.json` writes them.
/// `truncation` and `padding` of the file are not applied: lengths are the caller's business.
package struct BytePairTokenizer: Sendable {
  let model: BytePairModel
  let normalizers: [TextNormalizer]
  let preTokenizer: PreTokenizer
  /// Looked for in the raw text, then in the normalised text between those.
  let verbatimTokens: AddedTokens
  let normalizedTokens: AddedTokens
  let decoder: TokenDecoder
  let template: TokenTemplate
  /// The added tokens by id.
  let addedTokens: [Int32: AddedTokens.Token]

  /// One more than the highest id: the embedding needs at least so many rows.
  package let vocabularySize: Int
  /// The token that ends a text, where the files name one.
  package let endOfText: Int32?
  /// The token that begins a text, where the files name one.
  package let beginningOfText: Int32?

  /// The tokens of a text.
  package func encode(_ text: String, specialTokens: SpecialTokenPolicy = .none) -> [Int32] {
    encodeWithOffsets(text, specialTokens: specialTokens).map(\.id)
  }

  /// The tokens of a text with the bytes that each covers.
  ///
  /// - Returns: spans that follow each other without holes from the first byte to the last. What a
  ///   normalizer changed is attributed to the characters that it changed; tokens that the
  ///   template adds are empty spans at the ends.
  /// - Complexity: O(n log n) in the length of the longest word; words are short except where a
  ///   tokenizer has no pre-tokenizer (Llama 2).
  package func encodeWithOffsets(
    _ text: String, specialTokens: SpecialTokenPolicy = .none
  ) -> [TokenSpan] {
    let input = TextPiece(input: Array(text.utf8))
    var spans: [TokenSpan] = []
    var scratch = MergeScratch()
    for part in verbatimTokens.parts(of: input.bytes, in: input.range) {
      switch part {
      case .token(let id, let range): spans.append(TokenSpan(id: id, bytes: range))
      case .text(let range): encode(input.part(range), &spans, &scratch)
      }
    }
    guard specialTokens != .none else { return spans }
    spans = template.before.map { TokenSpan(id: $0, bytes: 0..<0) } + spans
    guard specialTokens == .template else { return spans }
    let end = input.bytes.count
    return spans + template.behind.map { TokenSpan(id: $0, bytes: end..<end) }
  }

  private func encode(
    _ raw: TextPiece, _ spans: inout [TokenSpan], _ scratch: inout MergeScratch
  ) {
    var text = raw
    for step in normalizers { text = step.apply(to: text) }
    for part in normalizedTokens.parts(of: text.bytes, in: text.range) {
      switch part {
      case .token(let id, let range):
        spans.append(
          TokenSpan(id: id, bytes: text.origin(range.lowerBound)..<text.origin(range.upperBound)))
      case .text(let range):
        let prepared = preTokenizer.prepare(text.part(range))
        let words = preTokenizer.words(of: prepared)
        prepared.bytes.withUnsafeBufferPointer { bytes in
          for word in words {
            model.encode(UnsafeBufferPointer(rebasing: bytes[word]), into: &scratch)
            var position = word.lowerBound
            for piece in scratch.pieces where piece.length > 0 {
              let end = position + Int(piece.length)
              spans.append(
                TokenSpan(id: piece.id, bytes: prepared.origin(position)..<prepared.origin(end)))
              position = end
            }
          }
        }
      }
    }
  }

  /// The text of some tokens.
  ///
  /// Bytes that are not UTF-8 become U+FFFD, and ids without a token are passed over, as in the reference.
  ///
  /// - Parameter isContinuation: whether a text stands before them: a space that only the start of a text loses stays.
  package func decode(
    _ ids: some Sequence<Int32>, specialTokens: SpecialTokenRendering = .spelled,
    isContinuation: Bool = false
  ) -> String {
    decoder.text(
      of: ids.compactMap { id in
        if specialTokens == .omitted, addedTokens[id]?.isSpecial == true { return nil }
        return spelling(of: id)
      }, isContinuation: isContinuation)
  }

  /// What stands for text without tokens; `nil` where there is no such token.
  package var unknownToken: Int32? { model.unknown }

  /// The bytes that a token stands for inside a text; none for an id without a token.
  package func bytes(of id: Int32) -> [UInt8] { spelling(of: id).map(decoder.bytes) ?? [] }

  private func spelling(of id: Int32) -> [UInt8]? {
    addedTokens[id]?.spelling ?? model.vocabulary.token(id)
  }
}
