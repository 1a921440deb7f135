/// The contents of a tokenizer.json: vocabulary and merges in bulk, the rest as a small tree.
struct TokenizerFile {
  /// More tokens, or merges, are refused. The largest vocabularies in use have 0.3 million of the one and 0.6 of the other.
  static let entryLimit = 1 << 22

  private(set) var tokens = TokenList()
  private(set) var merges = MergeList()
  private let model: JSONNode
  private let rest: JSONNode
  let name: String

  /// Reads a file's bytes; `name` is for messages.
  init(_ bytes: [UInt8], name: String) throws(TokenizerError) {
    self.name = name
    var tokens = TokenList(), merges = MergeList()
    var model: [(name: String, value: JSONNode)] = [], rest = model
    do throws(JSONProblem) {
      try requireUTF8(bytes)
      var scanner = JSONScanner(bytes)
      try scanner.object { (name, scanner) throws(JSONProblem) in
        guard name.elementsEqual("model".utf8) else {
          rest.append((String(decoding: name, as: UTF8.self), try scanner.node()))
          return
        }
        try scanner.object { (name, scanner) throws(JSONProblem) in
          switch String(decoding: name, as: UTF8.self) {
          case "vocab" where scanner.peek() == UInt8(ascii: "{"):
            try scanner.object { (token, scanner) throws(JSONProblem) in
              try requireRoom(after: tokens.count, scanner)
              tokens.append(token, id: try scanner.integer())
            }
          case "merges":
            try merges.read(&scanner)
          case let name:
            model.append((name, try scanner.node()))
          }
        }
      }
      try scanner.finish()
    } catch {
      throw .malformed(
        file: name, line: bytes.prefix(error.offset).count { $0 == 0x0A } + 1,
        expected: error.expected)
    }
    self.tokens = tokens
    self.merges = merges
    self.model = .object(model)
    self.rest = .object(rest)
  }

  /// The fields of `model` other than vocabulary and merges.
  var modelField: TokenizerField { TokenizerField(file: name, path: "model", node: model) }

  /// The fields beside `model`.
  var root: TokenizerField { TokenizerField(file: name, path: "", node: rest) }
}

extension MergeList {
  /// Reads the array of merges, in either form.
  fileprivate mutating func read(_ scanner: inout JSONScanner) throws(JSONProblem) {
    var joined: [UInt8] = [], parts: [[UInt8]] = [[], []]
    try scanner.array { (index, scanner) throws(JSONProblem) in
      try requireRoom(after: index, scanner)
      switch scanner.peek() {
      case UInt8(ascii: "\""):
        try scanner.string(into: &joined)
        append(joined: joined)
      case UInt8(ascii: "["):
        var count = 0
        try scanner.array { (index, scanner) throws(JSONProblem) in
          try scanner.string(into: &parts[min(index, 1)])
          count = index + 1
        }
        if count == 2 { append(parts[0], parts[1]) } else { appendMalformed() }
      default:
        _ = try scanner.node()
        appendMalformed()
      }
    }
  }
}

private func requireRoom(after count: Int, _ scanner: JSONScanner) throws(JSONProblem) {
  guard count < TokenizerFile.entryLimit else {
    throw JSONProblem(
      offset: scanner.position, expected: "at most \(TokenizerFile.entryLimit) entries")
  }
}

/// Refuses bytes that are not UTF-8, so that later decoding cannot change them.
func requireUTF8(_ bytes: [UInt8]) throws(JSONProblem) {
  do {
    _ = try UTF8Span(validating: bytes.span)
  } catch {
    throw JSONProblem(offset: error.byteOffsets.lowerBound, expected: "UTF-8")
  }
}
