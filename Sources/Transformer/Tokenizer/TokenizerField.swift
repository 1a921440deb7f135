internal import Checkpoint

/// A value in tokenizer.json together with where it stands, so that whoever reads it can complain well.
struct TokenizerField {
  let file: String
  /// `pre_tokenizer.pretokenizers[0]`.
  let path: String
  let value: JSONValue

  /// The member of that name; `nil` when missing or null.
  func member(_ name: String) -> TokenizerField? {
    guard let found = value[name], found != .null else { return nil }
    return TokenizerField(file: file, path: path.isEmpty ? name : "\(path).\(name)", value: found)
  }

  /// The member of that name.
  func required(_ name: String) throws(TokenizerError) -> TokenizerField {
    guard let found = member(name) else {
      throw .missingField(file: file, field: path.isEmpty ? name : "\(path).\(name)")
    }
    return found
  }

  /// The value as text.
  func string() throws(TokenizerError) -> String {
    guard let text = value.string else { throw wrong("a string") }
    return text
  }

  /// The value as a whole number.
  func integer() throws(TokenizerError) -> Int {
    guard case .integer(let number) = value else { throw wrong("a whole number") }
    return number
  }

  /// The elements of an array.
  func elements() throws(TokenizerError) -> [TokenizerField] {
    guard let values = value.array else { throw wrong("an array") }
    return values.enumerated().map {
      TokenizerField(file: file, path: "\(path)[\($0.offset)]", value: $0.element)
    }
  }

  /// A member that is true or false, or the value it has when left out.
  func flag(_ name: String, default absent: Bool) throws(TokenizerError) -> Bool {
    guard let found = member(name) else { return absent }
    guard case .bool(let flag) = found.value else { throw found.wrong("true or false") }
    return flag
  }

  /// The `type` member, by which the parts of a tokenizer are told apart.
  func type() throws(TokenizerError) -> String { try required("type").string() }

  /// The error for a part of a kind that this reader does not know.
  func unsupported(_ kind: String, supported: [String]) -> TokenizerError {
    .unsupportedPart(file: file, field: path, kind: kind, supported: supported)
  }

  /// The error for a value that this reader knows but does not implement.
  func unsupportedValue(expected: String) -> TokenizerError {
    .unsupportedSetting(file: file, field: path, found: summary, expected: expected)
  }

  private func wrong(_ expected: String) -> TokenizerError {
    .wrongType(file: file, field: path, found: summary, expected: expected)
  }

  /// The value as a message shows it.
  private var summary: String {
    switch value {
    case .bool, .integer, .number, .string: value.excerpt
    case .null, .array, .object: value.kind.rawValue
    }
  }
}
