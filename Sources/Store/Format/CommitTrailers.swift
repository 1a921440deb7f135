internal import Files

/// The `Key: value` lines at the end of a commit's message, as `git interpret-trailers` writes and reads them.
package struct CommitTrailers: Sendable, Equatable {
  /// The keys that this program writes.
  package enum Key: String, Sendable, CaseIterable {
    /// An edit that the commit adds.
    case edit = "Emend-Edit"
    /// An edit that the commit takes out.
    case drops = "Emend-Drops"
    /// The method of an edit that is added.
    case method = "Emend-Method"
    /// How many facts are added.
    case facts = "Emend-Facts"
    /// The commit that this one takes back.
    case reverts = "Emend-Reverts"
    /// The commit whose change this one repeats.
    case picks = "Emend-Picks"
    /// The fingerprint of the base, where a commit sets it.
    case base = "Emend-Base"
    /// The fingerprint of the checkpoint that the commit's tree materialises to, where it was computed.
    case weights = "Emend-Weights"
  }

  /// Edits that come and go are listed up to this number of both: as many as a person would still read.
  package static let listedEdits = 64

  /// Key and value, in order. A key may stand there several times.
  package let entries: [(key: String, value: String)]

  /// Takes entries as they are; line breaks in values become spaces.
  package init(_ entries: [(Key, String)]) {
    self.entries = entries.map { key, value in
      (key.rawValue, String(value.map { $0.isNewline ? " " : $0 }))
    }
  }

  /// The values of a key, in order.
  package subscript(key: Key) -> [String] {
    entries.filter { $0.key.lowercased() == key.rawValue.lowercased() }.map(\.value)
  }

  /// A message with these trailers at its end: after the last paragraph, or below the trailers that it has.
  package func appended(to message: String) -> String {
    let text = CommitObject.tidied(message)
    guard !entries.isEmpty else { return text }
    let block = entries.map { "\($0.key): \($0.value)\n" }.joined()
    return text + (CommitTrailers(parsing: text).entries.isEmpty ? "\n" : "") + block
  }

  /// Reads the trailers of a message.
  ///
  /// They are the last paragraph, unless it is the only one, when every line of it is `Key: value` or goes on from
  /// the one before (begins with a blank); or when it has a line that Git itself writes (`Signed-off-by:`,
  /// `(cherry picked from commit …)`) and at least a quarter of its lines are trailers. Lines that begin with `#` do not count.
  package init(parsing message: String) {
    let lines = message.utf8.textLines
    guard let block = Self.lastParagraph(of: lines) else {
      entries = []
      return
    }
    var found: [(key: String, value: String)] = []
    var others = 0
    var cherryPicks = 0
    var isByGit = false
    for line in lines[block] where !line.hasPrefix("#") {
      if let first = line.first, first == " " || first == "\t" {
        if let last = found.popLast() {
          found.append((last.key, last.value + " " + Self.trimmed(line[...])))
        } else {
          others += 1
        }
      } else if line.hasPrefix("(cherry picked from commit ") {
        isByGit = true
        cherryPicks += 1
      } else if let entry = Self.entry(line) {
        isByGit = isByGit || entry.key == "Signed-off-by"
        found.append(entry)
      } else {
        others += 1
      }
    }
    entries = others == 0 || (isByGit && (found.count + cherryPicks) * 3 >= others) ? found : []
  }

  /// A message without the trailers that this program writes.
  package static func removingOurs(from message: String) -> String {
    let tidied = CommitObject.tidied(message)
    let lines = tidied.utf8.textLines
    guard !CommitTrailers(parsing: tidied).entries.isEmpty, let block = lastParagraph(of: lines)
    else { return message }
    let kept = lines.enumerated().filter { index, line in
      !block.contains(index)
        || !Key.allCases.contains { line.lowercased().hasPrefix($0.rawValue.lowercased() + ":") }
    }
    return CommitObject.tidied(kept.map(\.element).joined(separator: "\n"))
  }

  /// The last lines behind a blank one, but for comments and blank lines at the end; `nil` for a message of one paragraph.
  private static func lastParagraph(of lines: [String]) -> Range<Int>? {
    func isBlank(_ line: String) -> Bool { line.allSatisfy(\.isWhitespace) }
    guard let last = lines.lastIndex(where: { !isBlank($0) && !$0.hasPrefix("#") }),
      let start = lines[..<last].lastIndex(where: isBlank)
    else { return nil }
    return start + 1..<last + 1
  }

  private static func entry(_ line: String) -> (key: String, value: String)? {
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let key = trimmed(line[..<colon])
    guard !key.isEmpty, key.utf8.allSatisfy(isKeyByte) else { return nil }
    return (key, trimmed(line[line.index(after: colon)...]))
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d: true
    default: false
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// Equal entries in equal order.
  package static func == (a: CommitTrailers, b: CommitTrailers) -> Bool {
    a.entries.elementsEqual(b.entries) { $0 == $1 }
  }
}
