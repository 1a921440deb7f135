/// A value in tokenizer.json together with where it stands, so that whoever reads it can complain well.
struct TokenizerField {
  let file: String
  /// `pre_tokenizer.pretokenizers[0]`.
  let path: String
  let node: JSONNode

  /// The member of that name; `nil` when missing or null.
  func member(_ name: String) -> TokenizerField? {
    node[name].map {
      TokenizerField(file: file, path: path.isEmpty ? name : "\(path).\(name)", node: $0)
    }
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
    guard case .string(let value) = node else { throw wrong("a string") }
    return value
  }

  /// The value as a whole number.
  func integer() throws(TokenizerError) -> Int {
    guard case .integer(let value) = node else { throw wrong("a whole number") }
    return value
  }

  /// The elements of an array.
  func elements() throws(TokenizerError) -> [TokenizerField] {
    guard case .array(let nodes) = node else { throw wrong("an array") }
    return nodes.enumerated().map {
      TokenizerField(file: file, path: "\(path)[\($0.offset)]", node: $0.element)
    }
  }

  /// A member that is true or false, or the value it has when left out.
  func flag(_ name: String, default value: Bool) throws(TokenizerError) -> Bool {
    guard let found = member(name) else { return value }
    guard case .boolean(let flag) = found.node else { throw found.wrong("true or false") }
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
    .unsupportedSetting(file: file, field: path, found: node.summary, expected: expected)
  }

  private func wrong(_ expected: String) -> TokenizerError {
    .wrongType(file: file, field: path, found: node.summary, expected: expected)
  }
}
