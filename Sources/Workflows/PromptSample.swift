package import Diagnostics
package import Editing

/// Beginnings of documents of a text, as prompts.
package enum PromptSample {
  /// How many words of a document a prompt has at most; always fewer than the document.
  private static let words = 16

  /// Beginnings of `count` documents, evenly spread over a text; the same each time.
  ///
  /// Each has half of its document's words, 16 at most, so that there is something to continue. Documents of a
  /// single word are left out. Where there are fewer than that, all are taken, and it is said.
  /// - Throws: ``FileFailure``, ``EditingError/emptyCorpus(file:)``.
  package static func read(
    _ path: String, boundary: DocumentBoundary, count: Int, notes: any ProgressSink
  ) throws -> [String] {
    let corpus = try Corpus(path: path, boundary: boundary)
    var total = 0
    var counted = corpus.documents()
    while let document = try counted.next() { total += beginning(of: document) == nil ? 0 : 1 }
    guard total > 0 else { throw EditingError.emptyCorpus(file: path) }
    if total < count {
      notes.warn(
        "\(path) has \(total) document\(total == 1 ? "" : "s") to ask, not \(count)"
          + (boundary == .paragraph
            ? ": they end at an empty line; --documents line takes each line as one" : ""))
    }
    let wanted = min(count, total)
    var prompts: [String] = []
    var index = 0
    var documents = corpus.documents()
    while let document = try documents.next() {
      guard let prompt = beginning(of: document) else { continue }
      if index == prompts.count * total / wanted { prompts.append(prompt) }
      index += 1
      if prompts.count == wanted { break }
    }
    return prompts
  }

  private static func beginning(of document: String) -> String? {
    let parts = document.split(whereSeparator: \.isWhitespace)
    guard parts.count > 1 else { return nil }
    let end = parts[min(words, (parts.count + 1) / 2) - 1].endIndex
    return String(document[..<end])
  }
}
