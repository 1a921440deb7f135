internal import Checkpoint
internal import Files

extension BytePairTokenizer {
  /// Whether two `tokenizer.json` files make the same tokenizer, whichever version of `tokenizers` wrote them: what they say of
  /// padding and truncation is not looked at, nor whether a setting that is off is left out.
  ///
  /// - Throws: ``TokenizerError`` for a file that cannot be read.
  package static func areAlike(_ first: String, _ second: String) throws(TokenizerError) -> Bool {
    func read(_ path: String) throws(TokenizerError) -> TokenizerFile {
      let bytes: [UInt8]
      do throws(FileFailure) {
        bytes = try readFile(path, limit: fileLimit)
      } catch {
        throw .unreadable(error)
      }
      return try TokenizerFile(bytes, name: path)
    }
    return try read(first).says(read(second))
  }
}

extension TokenizerFile {
  /// Members that have no bearing on the tokens of a text.
  private static let ignored: Set<String> = ["version", "padding", "truncation"]

  fileprivate func says(_ other: TokenizerFile) -> Bool {
    tokens == other.tokens && merges.holdsTheSame(as: other.merges)
      && Self.settings(modelField.value) == Self.settings(other.modelField.value)
      && Self.settings(root.value) == Self.settings(other.root.value)
  }

  /// The settings that are on, in the order of their names.
  private static func settings(_ value: JSONValue) -> [UInt8] {
    guard case .object(let object) = value else { return JSONText.canonical(value) }
    let members = object.members.filter { member in
      switch member.value {
      case .null, .bool(false), .string(""): false
      default: !ignored.contains(member.key)
      }
    }
    return JSONText.canonical(.object(JSONObject(members.map { ($0.key, $0.value) })))
  }
}
