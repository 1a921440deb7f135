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
  /// `(cherry picked from commit …)`) and at least a quarter of its lines are trailers.
  package init(parsing message: String) {
    var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
    guard let start = lines.lastIndex(where: { $0.allSatisfy(\.isWhitespace) }) else {
      entries = []
      return
    }
    var found: [(key: String, value: String)] = []
    var others = 0
    var isByGit = false
    for line in lines[(start + 1)...] {
      if let first = line.first, first == " " || first == "\t" {
        if let last = found.popLast() {
          found.append((last.key, last.value + " " + Self.trimmed(line[...])))
        } else {
          others += 1
        }
      } else if line.hasPrefix("(cherry picked from commit ") {
        isByGit = true
      } else if let entry = Self.entry(line) {
        isByGit = isByGit || entry.key == "Signed-off-by"
        found.append(entry)
      } else {
        others += 1
      }
    }
    entries = others == 0 || (isByGit && found.count * 3 >= others) ? found : []
  }

  /// A message without the trailers that this program writes.
  package static func removingOurs(from message: String) -> String {
    guard !CommitTrailers(parsing: message).entries.isEmpty else { return message }
    let lines = CommitObject.tidied(message).split(
      separator: "\n", omittingEmptySubsequences: false)
    let start = lines.dropLast().lastIndex { $0.isEmpty } ?? lines.endIndex
    let kept = lines.enumerated().filter { index, line in
      index <= start || !Key.allCases.contains { line.hasPrefix($0.rawValue + ":") }
    }
    return CommitObject.tidied(kept.map { String($0.element) }.joined(separator: "\n"))
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
