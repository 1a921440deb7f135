/// The tokens that a post-processor puts around a text.
struct TokenTemplate: Sendable, Equatable {
  private(set) var before: [Int32] = []
  private(set) var behind: [Int32] = []
  private var isSet = false

  static let supported = ["ByteLevel", "TemplateProcessing", "Sequence"]

  /// Reads the `post_processor` of tokenizer.json; `limit` is one more than the highest id.
  init(_ field: TokenizerField?, idLimit limit: Int) throws(TokenizerError) {
    if let field { try add(field, limit) }
  }

  private mutating func add(_ field: TokenizerField, _ limit: Int) throws(TokenizerError) {
    switch try field.type() {
    case "Sequence":
      for element in try field.required("processors").elements() { try add(element, limit) }
    case "ByteLevel": break  // Moves offsets only.
    case "TemplateProcessing": try addTemplate(field, limit)
    case let kind: throw field.unsupported(kind, supported: Self.supported)
    }
  }

  private mutating func addTemplate(_ field: TokenizerField, _ limit: Int) throws(TokenizerError) {
    guard !isSet else {
      throw .unsupportedSetting(
        file: field.file, field: field.path, found: "a second template", expected: "one")
    }
    isSet = true
    let single = try field.required("single")
    var front: [Int32] = [], back: [Int32] = []
    var texts = 0
    for element in try single.elements() {
      if element.member("Sequence") != nil {
        texts += 1
      } else {
        let name = try element.required("SpecialToken").required("id").string()
        let ids = try Self.ids(of: name, field, limit)
        if texts == 0 { front += ids } else { back += ids }
      }
    }
    guard texts == 1 else {
      throw .unsupportedSetting(
        file: field.file, field: single.path, found: "\(texts) places for the text",
        expected: "one")
    }
    (before, behind) = (front, back)
  }

  private static func ids(
    of name: String, _ field: TokenizerField, _ limit: Int
  ) throws(TokenizerError) -> [Int32] {
    var ids: [Int32] = []
    for element in try field.required("special_tokens").required(name).required("ids").elements() {
      let value = try element.integer()
      guard let id = Int32(exactly: value), id >= 0, value < limit else {
        throw .idOutOfRange(file: field.file, token: name, id: value, limit: limit)
      }
      ids.append(id)
    }
    return ids
  }
}
