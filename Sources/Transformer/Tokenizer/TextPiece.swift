/// A stretch of text on its way to becoming tokens, which knows where in the input each byte came from.
struct TextPiece {
  private(set) var bytes: [UInt8]
  /// The input offset of each byte boundary; `nil` while the bytes are the input's own.
  private var origins: [Int]?
  /// The part that this piece is.
  var range: Range<Int>

  /// The whole input.
  init(input: [UInt8]) {
    bytes = input
    range = 0..<input.count
  }

  /// Where a boundary between bytes lies in the input.
  func origin(_ boundary: Int) -> Int { origins?[boundary] ?? boundary }

  /// The bytes of the piece.
  var content: ArraySlice<UInt8> { bytes[range] }

  /// The same text, cut to a part of the range.
  func part(_ range: Range<Int>) -> TextPiece {
    var part = self
    part.range = range
    return part
  }

  /// The piece made anew by `edit`, which passes on or replaces parts of it in order.
  func rewritten(_ edit: (_ rewriter: inout Rewriter) -> Void) -> TextPiece {
    var rewriter = Rewriter(piece: self)
    edit(&rewriter)
    var result = self
    result.bytes = rewriter.bytes
    result.origins = rewriter.origins + [origin(range.upperBound)]
    result.range = 0..<rewriter.bytes.count
    return result
  }

  /// Collects the new text of a piece.
  struct Rewriter {
    fileprivate let piece: TextPiece
    fileprivate var bytes: [UInt8] = []
    fileprivate var origins: [Int] = []

    /// Puts `replacement` in the place of a part of the piece; an empty part makes an insertion.
    ///
    /// Boundaries inside the replacement are those of the part, byte for byte as far as it goes, so that
    /// of several tokens that share the part, the last reaches to its end.
    mutating func replace(_ part: Range<Int>, with replacement: some Sequence<UInt8>) {
      var boundary = part.lowerBound
      for byte in replacement {
        bytes.append(byte)
        origins.append(piece.origin(boundary))
        boundary = min(boundary + 1, part.upperBound)
      }
    }

    /// Passes on a part of the piece as it is.
    mutating func keep(_ part: Range<Int>) { replace(part, with: piece.bytes[part]) }
  }
}
