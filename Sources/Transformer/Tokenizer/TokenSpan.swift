/// A token and the part of the text that it covers.
package struct TokenSpan: Sendable, Equatable {
  /// Row of the embedding.
  package let id: Int32
  /// Byte range in the UTF-8 of the input text; empty for a token that stands for nothing in it.
  ///
  /// The ranges of a text follow each other without holes, in order. A space that belongs to the
  /// token is part of its range.
  package let bytes: Range<Int>

  /// Makes a span.
  package init(id: Int32, bytes: Range<Int>) {
    self.id = id
    self.bytes = bytes
  }
}

/// The index of the last token that covers any byte of a range: how a subject's last token is found.
///
/// - Parameter byteRange: where the subject stands in the UTF-8 of the text that was encoded.
/// - Returns: `nil` when no token covers any of it: the range is empty, or beyond the text.
package func lastToken(overlapping byteRange: Range<Int>, in spans: [TokenSpan]) -> Int? {
  spans.lastIndex { $0.bytes.overlaps(byteRange) }
}
