/// Cuts text into words, inside which pairs join.
struct PreTokenizer: Sendable {
  /// A change to a piece before it is cut.
  enum Preparation: Sendable, Equatable {
    /// A space in front of a piece that does not start with one.
    case prefixSpace
    /// Spaces become a visible mark, and a piece may get one in front.
    case markSpaces(mark: [UInt8], prefix: PrefixRule)
  }

  /// Which pieces get a mark in front.
  enum PrefixRule: String, Sendable, CaseIterable {
    case always, first, never
  }

  /// A way to cut.
  enum Cut: Sendable, Equatable {
    case words(WordPattern)
    /// Digits apart from the rest, one by one or in runs.
    case digits(individually: Bool)
    /// In front of every mark.
    case before(mark: [UInt8])
  }

  private(set) var preparation: Preparation?
  private(set) var cuts: [Cut] = []
  /// Whether the model sees bytes (spelled in ``ByteAlphabet``) or characters.
  private(set) var isByteLevel = false
  /// Whether the model sees bytes behind a space that was put in front of the text; `nil` where it sees no bytes.
  var prefixesByteLevel: Bool? { isByteLevel ? preparation == .prefixSpace : nil }

  static let supported = [
    "ByteLevel", "Split with a known pattern", "Digits", "Metaspace", "Sequence",
  ]

  /// Reads the `pre_tokenizer` of tokenizer.json.
  init(_ field: TokenizerField?) throws(TokenizerError) {
    if let field { try add(field) }
  }

  private mutating func add(_ field: TokenizerField) throws(TokenizerError) {
    let kind = try field.type()
    guard !isByteLevel else {
      throw .unsupportedSetting(
        file: field.file, field: field.path, found: kind, expected: "nothing after ByteLevel")
    }
    switch kind {
    case "Sequence":
      for element in try field.required("pretokenizers").elements() { try add(element) }
    case "ByteLevel":
      if try field.flag("add_prefix_space", default: true) { try prepare(.prefixSpace, field) }
      if try field.flag("use_regex", default: true) { cuts.append(.words(.gpt2)) }
      isByteLevel = true
    case "Digits":
      cuts.append(.digits(individually: try field.flag("individual_digits", default: false)))
    case "Split":
      cuts.append(.words(try Self.pattern(field)))
    case "Metaspace":
      let (mark, prefix) = try Self.metaspace(field)
      try prepare(.markSpaces(mark: mark, prefix: prefix), field)
      if try field.flag("split", default: true) { cuts.append(.before(mark: mark)) }
    default:
      throw field.unsupported(kind, supported: Self.supported)
    }
  }

  private mutating func prepare(
    _ step: Preparation, _ field: TokenizerField
  ) throws(TokenizerError) {
    guard preparation == nil, cuts.isEmpty else {
      throw .unsupportedSetting(
        file: field.file, field: field.path, found: "a step that changes the text",
        expected: "such a step only in front of those that cut it")
    }
    preparation = step
  }

  private static func pattern(_ field: TokenizerField) throws(TokenizerError) -> WordPattern {
    let behavior = try field.required("behavior"),
      inverted = try field.flag("invert", default: false)
    // These patterns match everywhere: nothing lies between matches to be removed, or told apart from them.
    let kind = try behavior.string()
    guard kind == "Isolated" || kind == "Removed" && inverted else {
      throw behavior.unsupportedValue(expected: "Isolated")
    }
    let pattern = try field.required("pattern")
    guard let text = try pattern.member("Regex")?.string() else {
      throw pattern.unsupportedValue(expected: "a Regex pattern")
    }
    guard let known = WordPattern.allCases.first(where: { $0.text == text }) else {
      throw .unsupportedPattern(
        file: field.file, field: pattern.path, pattern: text,
        supported: WordPattern.allCases.map(\.name))
    }
    return known
  }

  /// Reads what `Metaspace` says about its mark, as a pre-tokenizer or a decoder.
  static func metaspace(
    _ field: TokenizerField
  ) throws(TokenizerError) -> (mark: [UInt8], prefix: PrefixRule) {
    let replacement = field.member("replacement")
    let mark = Array(try replacement?.string().utf8 ?? "▁".utf8)
    if let replacement, mark.isEmpty { throw replacement.unsupportedValue(expected: "a character") }
    guard let scheme = field.member("prepend_scheme") else {
      // Files from before `prepend_scheme`.
      return (mark, try field.flag("add_prefix_space", default: true) ? .always : .never)
    }
    guard let prefix = PrefixRule(rawValue: try scheme.string()) else {
      throw scheme.unsupportedValue(
        expected: PrefixRule.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return (mark, prefix)
  }

  /// The piece as it is cut.
  func prepare(_ piece: TextPiece) -> TextPiece {
    let front = piece.range.lowerBound..<piece.range.lowerBound
    switch preparation {
    case nil: return piece
    case .prefixSpace:
      if piece.content.first == 0x20 { return piece }
      return piece.rewritten {
        $0.replace(front, with: [0x20])
        $0.keep(piece.range)
      }
    case .markSpaces(let mark, let rule):
      let marked = TextNormalizer.replace([0x20], with: mark).apply(to: piece)
      let wanted =
        switch rule {
        case .always: true
        case .first: piece.origin(piece.range.lowerBound) == 0
        case .never: false
        }
      guard wanted, !marked.content.starts(with: mark) else { return marked }
      return TextNormalizer.prepend(mark).apply(to: marked)
    }
  }

  /// The words of a prepared piece: ranges of its bytes, in order and without holes.
  func words(of piece: TextPiece) -> [Range<Int>] {
    var ranges = piece.range.isEmpty ? [] : [piece.range]
    piece.bytes.withUnsafeBufferPointer { bytes in
      let scan = UnicodeScan(text: bytes)
      for cut in cuts {
        var finer: [Range<Int>] = []
        for range in ranges { cut.append(to: &finer, range, scan) }
        ranges = finer
      }
    }
    return ranges
  }
}

extension PreTokenizer.Cut {
  /// Adds the parts of a range to a list.
  fileprivate func append(to parts: inout [Range<Int>], _ range: Range<Int>, _ scan: UnicodeScan) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = end(in: scan, from: start, to: range.upperBound)
      parts.append(start..<end)
      start = end
    }
  }

  private func end(in scan: UnicodeScan, from start: Int, to end: Int) -> Int {
    switch self {
    case .words(let pattern):
      return pattern.endOfWord(in: scan, from: start, to: end)
    case .digits(let individually):
      let first = scan.scalar(at: start)
      var position = start + first.length
      if first.kind == .number {
        return individually ? position : scan.endOfRun(of: .number, from: position, to: end)
      }
      while position < end {
        let next = scan.scalar(at: position)
        if next.kind == .number { break }
        position += next.length
      }
      return position
    case .before(let mark):
      var position = start + 1
      while position < end {
        if scan.text[position] == mark.first, scan.text[position..<end].starts(with: mark) { break }
        position += 1
      }
      return position
    }
  }
}
