/// Tokens that are matched in the text as a whole, before it is cut into words.
struct AddedTokens: Sendable {
  /// One of them, as `added_tokens` lists it.
  struct Token: Sendable {
    let id: Int32
    /// What is looked for in the text and what decoding gives.
    private(set) var spelling: [UInt8]
    let isSpecial: Bool
    /// Matched in the normalised text and not in the raw one.
    let isNormalized: Bool
    /// Matched only where no word character touches it.
    let isSingleWord: Bool
    /// Takes the white space before it along.
    let stripsLeft: Bool
    /// Takes the white space behind it along.
    let stripsRight: Bool

    /// Reads an element of `added_tokens`.
    init(_ field: TokenizerField) throws(TokenizerError) {
      let text = try field.required("content").string()
      let value = try field.required("id").integer()
      guard let id = Int32(exactly: value), id >= 0, id < 1 << 24 else {
        throw .idOutOfRange(file: field.file, token: text, id: value, limit: 1 << 24)
      }
      self.id = id
      spelling = Array(text.utf8)
      isSpecial = try field.flag("special", default: false)
      isNormalized = try field.flag("normalized", default: !isSpecial)
      isSingleWord = try field.flag("single_word", default: false)
      stripsLeft = try field.flag("lstrip", default: false)
      stripsRight = try field.flag("rstrip", default: false)
    }

    /// The token as it appears in text that has gone through the normalizers, if that is where it is matched.
    func spelled(after normalizers: [TextNormalizer]) -> Token {
      guard isNormalized else { return self }
      var token = self
      let normal = normalizers.reduce(TextPiece(input: spelling)) { $1.apply(to: $0) }
      token.spelling = Array(normal.content)
      return token
    }
  }

  /// A part of a text.
  enum Part: Equatable {
    case token(Int32, Range<Int>)
    case text(Range<Int>)
  }

  /// What to look for, longest first, by first byte.
  private var candidates = [[Token]](repeating: [], count: 256)
  private var isEmpty = true

  /// Takes the tokens to look for.
  init(_ tokens: [Token]) {
    for token in tokens {
      guard let first = token.spelling.first else { continue }
      candidates[Int(first)].append(token)
      isEmpty = false
    }
    for index in candidates.indices {
      candidates[index].sort { $0.spelling.count > $1.spelling.count }
    }
  }

  /// The tokens in a stretch of text, the leftmost and longest first, and what lies between them.
  func parts(of bytes: [UInt8], in range: Range<Int>) -> [Part] {
    guard !isEmpty else { return range.isEmpty ? [] : [.text(range)] }
    var parts: [Part] = []
    var unclaimed = range.lowerBound
    var position = range.lowerBound
    while position < range.upperBound {
      let found = candidates[Int(bytes[position])].first {
        $0.spelling.count <= range.upperBound - position
          && bytes[position..<position + $0.spelling.count].elementsEqual($0.spelling)
      }
      guard let found else {
        position += 1
        continue
      }
      let match = position..<position + found.spelling.count
      position = match.upperBound
      let free = min(unclaimed, match.lowerBound)
      guard let claimed = claim(match, found, bytes, free, range) else { continue }
      if free < unclaimed, case .token(let id, let taken)? = parts.popLast() {
        // It took white space along in which this token begins; the reference goes on behind this one.
        parts.append(.token(id, taken.lowerBound..<free))
      }
      if free < claimed.lowerBound { parts.append(.text(free..<claimed.lowerBound)) }
      parts.append(.token(found.id, claimed))
      unclaimed = claimed.upperBound
    }
    if unclaimed < range.upperBound { parts.append(.text(unclaimed..<range.upperBound)) }
    return parts
  }

  /// What a match takes of the text; `nil` where the token does not want to stand.
  private func claim(
    _ match: Range<Int>, _ token: Token, _ bytes: [UInt8], _ unclaimed: Int, _ range: Range<Int>
  ) -> Range<Int>? {
    var start = match.lowerBound, end = match.upperBound
    if token.isSingleWord {
      let before = Self.last(bytes[range.lowerBound..<match.lowerBound])
      let behind = Self.first(bytes[match.upperBound..<range.upperBound])
      guard !Self.isWord(before), !Self.isWord(behind) else { return nil }
    }
    while token.stripsLeft, let last = Self.last(bytes[unclaimed..<start]),
      last.properties.isWhitespace
    {
      start -= UTF8.width(last)
    }
    while token.stripsRight, let first = Self.first(bytes[end..<range.upperBound]),
      first.properties.isWhitespace
    {
      end += UTF8.width(first)
    }
    return start..<end
  }

  private static func first(_ text: ArraySlice<UInt8>) -> Unicode.Scalar? {
    String(decoding: text.prefix(4), as: UTF8.self).unicodeScalars.first
  }

  private static func last(_ text: ArraySlice<UInt8>) -> Unicode.Scalar? {
    String(decoding: text.suffix(4), as: UTF8.self).unicodeScalars.last
  }

  /// `\w` as Unicode's regular expressions define it (UTS #18, annex C).
  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let properties = scalar?.properties else { return false }
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }
}
