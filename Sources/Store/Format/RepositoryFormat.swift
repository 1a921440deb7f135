/// The version of the repository's layout: the blob `format` in every tree.
enum RepositoryFormat {
  /// What this program writes.
  static let bytes = Array("emend 1\n".utf8)
  static let byteLimit = 256

  /// Refuses a repository that a later program wrote, and one that is something else.
  static func check(_ found: [UInt8]) throws(FormatError) {
    guard found != bytes else { return }
    let text = String(decoding: found.prefix(40), as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace)
    if words.count == 2, words[0] == "emend", let version = Int(words[1]), version != 1 {
      throw .unknownVersion(file: EditPath.format, found: "emend \(version)", supported: "emend 1")
    }
    throw .field(
      file: EditPath.format, field: "the document", found: text, expected: "emend 1")
  }
}
