package import Files

/// A file of prompts, one a line.
package enum PromptFile {
  /// The prompts of a file, without empty lines.
  ///
  /// - Throws: ``FileFailure``.
  package static func read(_ path: String) throws(FileFailure) -> [String] {
    let text = String(decoding: try readFile(path, limit: 1 << 26), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).map(String.init)
      .filter { !$0.allSatisfy(\.isWhitespace) }
  }
}
