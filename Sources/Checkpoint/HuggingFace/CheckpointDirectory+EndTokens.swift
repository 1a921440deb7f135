internal import Files

/// Where the model ends a text: `eos_token_id` of `generation_config.json`, as `transformers` reads it.
extension CheckpointDirectory {
  private static let generationName = "generation_config.json"

  /// The tokens that end a text: one or several, by `generation_config.json` where there is one, else by `config.json`; none
  /// where they say nothing.
  ///
  /// - Throws: ``CheckpointError`` for a file that cannot be read, and for what is no token.
  package func endTokens() throws -> Set<Int32> {
    let file = path + "/" + Self.generationName
    let key = "eos_token_id"
    guard try fileKind(at: file) != nil else {
      return try tokens(configuration.members[key], configuration.file, key)
    }
    let settings = try JSONValue(
      parsing: readFile(file, limit: ModelConfiguration.longest), file: file)
    return try tokens(settings[key], file, key)
  }

  private func tokens(_ value: JSONValue?, _ file: String, _ key: String) throws -> Set<Int32> {
    let values: [JSONValue]
    switch value {
    case nil, .null: values = []
    case .array(let elements): values = elements
    case let one?: values = [one]
    }
    return try Set(
      values.map { value -> Int32 in
        guard let token = value.integer.flatMap({ Int32(exactly: $0) }) else {
          throw ConfigurationError.unexpected(
            file: file, key: key, found: String(decoding: JSONText.canonical(value), as: UTF8.self),
            expected: "a token's id, or several")
        }
        return token
      })
  }
}
