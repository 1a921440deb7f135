internal import Checkpoint
package import Diagnostics
internal import Editing
internal import Files

/// Which fact of each conflict stays: JSON Lines, one conflict a line.
///
/// `{"keep":"ours","ours":["Rome"],"prompt":"{} is in","subject":"Oslo","theirs":["Bonn"]}`: `keep` is `ours` or `theirs`;
/// in its place, `object` may name one of the objects. `ours` and `theirs` are there for whoever fills it in.
package struct ResolutionFile: Sendable {
  private struct Entry {
    let question: FactQuestion
    let subject: String
    let prompt: String
    let choice: MergeConflict.Choice?
    let line: Int
  }

  private let path: String
  private let entries: [Entry]

  private static let byteLimit = 64 << 20

  /// The lines to fill in for some conflicts.
  package static func template(_ conflicts: [MergeConflict]) -> [UInt8] {
    var text = JSONText()
    for conflict in conflicts {
      text.write(
        .object(
          JSONObject([
            ("subject", .string(conflict.subject)), ("prompt", .string(conflict.prompt)),
            ("ours", .array(conflict.ours.map { .string($0) })),
            ("theirs", .array(conflict.theirs.map { .string($0) })), ("keep", .string("")),
          ])))
      text.write(raw: "\n")
    }
    return text.bytes
  }

  /// Reads a file.
  ///
  /// - Throws: ``ResolutionError``, ``FileFailure``, ``JSONError``.
  package init(path: String) throws {
    self.path = path
    var entries: [Entry] = []
    let bytes = try readFile(path, limit: Self.byteLimit)
    for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) {
      entries.append(
        try Self.entry(
          JSONValue(parsing: Array(line), file: "\(path), line \(index + 1)"), path, index + 1))
    }
    self.entries = entries
  }

  private static func entry(_ value: JSONValue, _ path: String, _ line: Int) throws -> Entry {
    guard case .object(let object) = value else {
      throw ResolutionError.broken(
        file: path, line: line, found: "no object", expected: "an object")
    }
    func text(_ key: String) throws -> String? {
      switch value[key] {
      case nil: return nil
      case .string(let text): return text
      default:
        throw ResolutionError.broken(
          file: path, line: line, found: "'\(key)' that is no text", expected: "a text")
      }
    }
    let known = ["keep", "object", "ours", "prompt", "subject", "theirs"]
    for member in object.members where !known.contains(member.key) {
      throw ResolutionError.broken(
        file: path, line: line, found: "'\(member.key)'", expected: known.joined(separator: ", "))
    }
    guard let subject = try text("subject"), let prompt = try text("prompt") else {
      throw ResolutionError.broken(
        file: path, line: line, found: "no subject or no prompt",
        expected: "both, as --conflicts writes them")
    }
    let keep = try text("keep") ?? ""
    let named = try text("object")
    let choice: MergeConflict.Choice?
    switch (keep, named) {
    case ("ours", nil): choice = .ours
    case ("theirs", nil): choice = .theirs
    case ("", let object?): choice = .object(object)
    case ("", nil): choice = nil
    case (_, nil):
      throw ResolutionError.broken(
        file: path, line: line, found: "keep: '\(keep)'",
        expected: "'ours', 'theirs', or one of the objects under 'object'")
    case (_, _?):
      throw ResolutionError.broken(
        file: path, line: line, found: "'keep' and 'object'", expected: "one of them")
    }
    return Entry(
      question: FactQuestion(subject: subject, prompt: prompt), subject: subject, prompt: prompt,
      choice: choice, line: line)
  }

  /// The choice for each conflict, in order.
  ///
  /// - Throws: ``ResolutionError/unresolved(file:lines:)``, ``ResolutionError/unknown(file:lines:)``,
  ///   ``ResolutionError/notOffered(file:line:object:offered:)``, ``ResolutionError/twice(file:line:earlier:)``.
  func choices(for conflicts: [MergeConflict]) throws(ResolutionError) -> [MergeConflict.Choice] {
    var found: [FactQuestion: Entry] = [:]
    for entry in entries {
      if let earlier = found[entry.question] {
        throw .twice(file: path, line: entry.line, earlier: earlier.line)
      }
      found[entry.question] = entry
    }
    let wanted = Set(conflicts.map(\.question))
    let strangers = entries.filter { !wanted.contains($0.question) }
    guard strangers.isEmpty else {
      throw .unknown(
        file: path, lines: strangers.map { "line \($0.line): '\($0.prompt)' of '\($0.subject)'" })
    }
    let open = conflicts.filter { found[$0.question]?.choice == nil }
    guard open.isEmpty else { throw .unresolved(file: path, lines: open.map(\.line)) }
    var choices: [MergeConflict.Choice] = []
    for conflict in conflicts {
      guard let entry = found[conflict.question], let choice = entry.choice else { continue }
      if case .object(let object) = choice {
        let offered = conflict.ours + conflict.theirs
        guard offered.contains(where: { $0.collapsed == object.collapsed }) else {
          throw .notOffered(file: path, line: entry.line, object: object, offered: offered)
        }
      }
      choices.append(choice)
    }
    return choices
  }
}

/// Why a resolution file does not settle a merge.
package enum ResolutionError: ExplainedError, Equatable {
  case broken(file: String, line: Int, found: String, expected: String)
  case twice(file: String, line: Int, earlier: Int)
  case unknown(file: String, lines: [String])
  case unresolved(file: String, lines: [String])
  case notOffered(file: String, line: Int, object: String, offered: [String])

  private static let shown = 20

  private static func list(_ lines: [String]) -> String {
    lines.prefix(shown).joined(separator: "; ")
      + (lines.count > shown ? "; and \(lines.count - shown) more" : "")
  }

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .broken(let file, let line, let found, let expected):
      Explanation(
        "a line of the resolution file cannot be read", file: file, field: "line \(line)",
        found: found, expected: expected)
    case .twice(let file, let line, let earlier):
      Explanation(
        "a conflict is resolved twice", file: file, field: "line \(line)",
        found: "the subject and prompt of line \(earlier)", expected: "each conflict once")
    case .unknown(let file, let lines):
      Explanation(
        "the resolution file names what is no conflict of this merge", file: file,
        field: Self.list(lines), expected: "the conflicts that --conflicts writes")
    case .unresolved(let file, let lines):
      Explanation(
        "\(lines.count) conflict\(lines.count == 1 ? " is" : "s are") not resolved", file: file,
        field: Self.list(lines), expected: "'keep' of each: ours or theirs")
    case .notOffered(let file, let line, let object, let offered):
      Explanation(
        "the object to keep is on neither side", file: file, field: "line \(line)",
        found: "'\(object)'", expected: offered.map { "'\($0)'" }.joined(separator: " or "))
    }
  }
}
