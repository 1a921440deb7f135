/// Turns the spellings of tokens back into text.
struct TokenDecoder: Sendable {
  enum Step: Sendable, Equatable {
    /// From ``ByteAlphabet`` to bytes, all tokens together.
    case byteLevel
    /// From `<0x0A>` to the byte, neighbours together.
    case byteFallback
    /// All tokens become one.
    case fuse
    case replace([UInt8], with: [UInt8])
    /// Takes up to so many of one character away from each token's ends.
    case strip(Unicode.Scalar, start: Int, stop: Int)
    /// From the mark to a space; the first token loses it where encoding put one in front.
    case metaspace(mark: [UInt8], prefix: PreTokenizer.PrefixRule)
  }

  private(set) var steps: [Step] = []

  static let supported = [
    "ByteLevel", "ByteFallback", "Fuse", "Metaspace", "Replace with a String pattern", "Strip",
    "Sequence",
  ]

  /// Reads the `decoder` of tokenizer.json.
  init(_ field: TokenizerField?) throws(TokenizerError) {
    if let field { try add(field) }
  }

  private mutating func add(_ field: TokenizerField) throws(TokenizerError) {
    switch try field.type() {
    case "Sequence":
      for element in try field.required("decoders").elements() { try add(element) }
    case "ByteLevel": steps.append(.byteLevel)
    case "ByteFallback": steps.append(.byteFallback)
    case "Fuse": steps.append(.fuse)
    case "Replace":
      guard case .replace(let old, let new) = try TextNormalizer.replacement(field) else { return }
      steps.append(.replace(old, with: new))
    case "Strip":
      let content = try field.required("content")
      guard let scalar = try content.string().unicodeScalars.first else {
        throw content.unsupportedValue(expected: "one character")
      }
      let start = try field.member("start")?.integer() ?? 0
      steps.append(.strip(scalar, start: start, stop: try field.member("stop")?.integer() ?? 0))
    case "Metaspace":
      let (mark, prefix) = try PreTokenizer.metaspace(field)
      steps.append(.metaspace(mark: mark, prefix: prefix))
    case let kind: throw field.unsupported(kind, supported: Self.supported)
    }
  }

  /// The text of some tokens; what is not UTF-8 becomes U+FFFD, as in the reference.
  ///
  /// - Parameter isContinuation: whether a text stands before them, at whose start alone a space is taken away.
  func text(of tokens: [[UInt8]], isContinuation: Bool) -> String {
    guard !steps.isEmpty else {
      let separated = Array(tokens.joined(separator: [0x20]))
      return String(
        decoding: isContinuation && !tokens.isEmpty ? [0x20] + separated : separated, as: UTF8.self)
    }
    var tokens = tokens
    for step in steps {
      tokens = (isContinuation ? step.behindText : step).apply(to: tokens)
    }
    return String(decoding: Array(tokens.joined()), as: UTF8.self)
  }

  /// The bytes that a token stands for inside a text: nothing is stripped or repaired.
  func bytes(of token: [UInt8]) -> [UInt8] {
    var bytes = token
    for step in steps {
      switch step {
      case .byteLevel: bytes = ByteAlphabet.bytes(of: bytes)
      case .byteFallback: bytes = Step.fallbackByte(bytes).map { [$0] } ?? bytes
      case .replace(let old, let new): bytes = bytes.replacing(old, with: new)
      case .metaspace(let mark, _): bytes = bytes.replacing(mark, with: [0x20])
      case .fuse, .strip: break
      }
    }
    return bytes
  }
}

extension TokenDecoder.Step {
  /// The step for tokens that a text stands before.
  fileprivate var behindText: Self {
    switch self {
    case .strip(let scalar, _, let stop): .strip(scalar, start: 0, stop: stop)
    case .metaspace(let mark, _): .metaspace(mark: mark, prefix: .never)
    case .byteLevel, .byteFallback, .fuse, .replace: self
    }
  }

  fileprivate func apply(to tokens: [[UInt8]]) -> [[UInt8]] {
    switch self {
    case .byteLevel:
      let bytes = tokens.flatMap(ByteAlphabet.bytes)
      return [Array(String(decoding: bytes, as: UTF8.self).utf8)]
    case .byteFallback: return Self.joinFallbackBytes(tokens)
    case .fuse: return [Array(tokens.joined())]
    case .replace(let old, let new): return tokens.map { $0.replacing(old, with: new) }
    case .strip(let scalar, let start, let stop):
      let mark = Array(String(scalar).utf8)
      return tokens.map { Self.strip(mark, $0[...], start: start, stop: stop) }
    case .metaspace(let mark, let prefix):
      return tokens.enumerated().map {
        $0.element.replacing(mark, with: $0.offset == 0 && prefix != .never ? [] : [0x20])
      }
    }
  }

  private static func strip(
    _ mark: [UInt8], _ token: ArraySlice<UInt8>, start: Int, stop: Int
  ) -> [UInt8] {
    var rest = token, left = start, right = stop
    while left > 0, rest.starts(with: mark) {
      (rest, left) = (rest.dropFirst(mark.count), left - 1)
    }
    while right > 0, rest.suffix(mark.count).elementsEqual(mark) {
      (rest, right) = (rest.dropLast(mark.count), right - 1)
    }
    return Array(rest)
  }

  /// The byte that a token such as `<0x0A>` stands for.
  static func fallbackByte(_ token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">")
    else { return nil }
    return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
  }

  /// Runs of byte tokens that are valid UTF-8 become text; of others each byte becomes U+FFFD.
  private static func joinFallbackBytes(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var run: [UInt8] = []
    func flush() {
      guard !run.isEmpty else { return }
      if String(validating: run, as: UTF8.self) != nil {
        result.append(run)
      } else {
        for _ in run { result.append(Array("\u{FFFD}".utf8)) }
      }
      run = []
    }
    for token in tokens {
      if let byte = fallbackByte(token) {
        run.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }
}
