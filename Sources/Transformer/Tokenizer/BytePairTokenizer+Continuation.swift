extension BytePairTokenizer {
  /// The tokens of a text that continues another one: nothing is put in front of it.
  ///
  /// SentencePiece tokenizers put a space before every text; a letter in front keeps that space away.
  package func encodeContinuation(_ text: String) -> [Int32] {
    let spans = encodeWithOffsets("a" + text)
    guard let start = spans.firstIndex(where: { $0.bytes.lowerBound == 1 }) else {
      return encode(text)
    }
    return spans[start...].map(\.id)
  }
}
