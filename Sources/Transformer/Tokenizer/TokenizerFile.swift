internal import Checkpoint

/// The contents of a tokenizer.json: vocabulary and merges in bulk, the rest as a small tree.
struct TokenizerFile {
  /// More tokens, or merges, are refused. The largest vocabularies in use have 0.3 million of the one and
  /// 0.6 of the other.
  static let entryLimit = 1 << 22
  /// More values beside them are refused: in a tree a value takes many times the bytes that it is written with.
  static let valueLimit = 1 << 20

  let name: String
  private(set) var tokens = TokenList()
  private(set) var merges = MergeList()
  private var model: [(String, JSONValue)] = []
  private var rest: [(String, JSONValue)] = []
  private var values = 0
  /// The first thing that is JSON, but not acceptable. Reading goes on without keeping anything more of it.
  private var refusal: TokenizerError?

  /// Reads a file's bytes; `name` is for messages.
  init(_ bytes: [UInt8], name: String) throws(TokenizerError) {
    do throws(JSONError) {
      // `withUnsafeBytes` rethrows untyped errors only.
      self = try bytes.withUnsafeBytes { buffer in
        Result { () throws(JSONError) in try Self(reading: JSONReader(buffer, file: name), name) }
      }.get()
    } catch {
      throw .malformed(error)
    }
    if let refusal { throw refusal }
  }

  private init(reading start: JSONReader, _ name: String) throws(JSONError) {
    self.name = name
    var reader = start
    try reader.beginObject()
    while let key = try reader.nextKey() {
      if key == "model" {
        try readModel(&reader)
      } else if let value = try readValue(of: key, known: rest, &reader) {
        rest.append((key, value))
      }
    }
    try reader.finish()
  }

  /// The fields of `model` other than vocabulary and merges.
  var modelField: TokenizerField {
    TokenizerField(file: name, path: "model", value: .object(JSONObject(model)))
  }

  /// The fields beside `model`.
  var root: TokenizerField {
    TokenizerField(file: name, path: "", value: .object(JSONObject(rest)))
  }

  private mutating func readModel(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "vocab" where try reader.peekKind() == .object: try readTokens(&reader)
      case "merges": try readMerges(&reader)
      default:
        if let value = try readValue(of: key, known: model, &reader) { model.append((key, value)) }
      }
    }
  }

  private mutating func readTokens(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let token = try reader.nextKey() {
      let id = try reader.readInteger()
      if hasRoom(tokens.count, Self.entryLimit, "model.vocab") { tokens.append(token, id: id) }
    }
  }

  private mutating func readMerges(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginArray()
    while try reader.nextElement() {
      guard hasRoom(merges.count, Self.entryLimit, "model.merges") else {
        try reader.skipValue()
        continue
      }
      switch try reader.peekKind() {
      case .string: merges.append(joined: try reader.readString())
      case .array: merges.append(try reader.readPair())
      default:
        try reader.skipValue()
        merges.append(nil)
      }
    }
  }

  /// Reads a value, unless it or its name is refused.
  private mutating func readValue(
    of name: String, known: [(String, JSONValue)], _ reader: inout JSONReader
  ) throws(JSONError) -> JSONValue? {
    var ahead = reader  // Counts before memory is taken.
    values += try ahead.countValues()
    let isNew = !known.contains { $0.0 == name }
    if !isNew { refusal = refusal ?? .duplicateField(file: self.name, field: name) }
    guard hasRoom(values, Self.valueLimit, name), isNew else {
      reader = ahead
      return nil
    }
    return try reader.readValue()
  }

  private mutating func hasRoom(_ count: Int, _ limit: Int, _ field: String) -> Bool {
    guard count >= limit else { return true }
    refusal = refusal ?? .tooMany(file: name, field: field, limit: limit)
    return false
  }
}

extension JSONReader {
  /// Reads an array of two strings; `nil` when it has another number of them.
  fileprivate mutating func readPair() throws(JSONError) -> (String, String)? {
    var parts = ("", ""), count = 0
    try beginArray()
    while try nextElement() {
      let part = try readString()
      if count == 0 { parts.0 = part } else { parts.1 = part }
      count += 1
    }
    return count == 2 ? parts : nil
  }

  /// Reads over a value and says how many it is made of.
  fileprivate mutating func countValues() throws(JSONError) -> Int {
    var count = 1
    switch try peekKind() {
    case .object:
      try beginObject()
      while try nextKey() != nil { count += try countValues() }
    case .array:
      try beginArray()
      while try nextElement() { count += try countValues() }
    default: try skipValue()
    }
    return count
  }
}
