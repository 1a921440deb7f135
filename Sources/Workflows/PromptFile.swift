internal import Editing
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

  /// The prompts of a file: of its facts where it is a file of facts (`.json`, `.jsonl`), else its lines.
  ///
  /// - Throws: ``FileFailure``, ``FactsFileError``.
  package static func readPromptsOrFacts(_ path: String) throws -> [String] {
    guard path.hasSuffix(".json") || path.hasSuffix(".jsonl") else { return try read(path) }
    return try FactsFile(path: path, broken: .leftOut).cases.map(\.fact.filledPrompt)
  }
}
