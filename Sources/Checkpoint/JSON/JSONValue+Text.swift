extension JSONValue {
  /// The value as JSON, with the keys of its objects in the order of their bytes.
  package var text: String { String(decoding: JSONText.canonical(self), as: UTF8.self) }

  /// The same for messages: its beginning if it is long.
  package var excerpt: String {
    let text = text
    return text.count <= 80 ? text : text.prefix(80) + "…"
  }
}
