import Checkpoint
import TestSupport

/// The commands as the program itself lists them: one that is added next year is among them on that day.
struct CommandTree: Sendable, CustomStringConvertible {
  /// What follows `emend`; empty for the root.
  let words: [String]
  /// The commands below it.
  let children: [CommandTree]

  var description: String { words.joined(separator: " ") }

  /// This and all that is below.
  var all: [CommandTree] { [self] + children.flatMap(\.all) }

  /// The root.
  static func read() throws -> CommandTree {
    let directory = try TemporaryDirectory()
    let outcome = try EmendProcess(in: directory.path).run(["--experimental-dump-help"])
    let document = try JSONValue(parsing: outcome.output, file: "--experimental-dump-help")
    guard let root = document["command"] else { throw Unreadable(text: outcome.errorText) }
    return try CommandTree(root, words: [])
  }

  struct Unreadable: Error { let text: String }

  private init(_ value: JSONValue, words: [String]) throws {
    self.words = words
    // `emend help COMMAND` is the parser's own.
    children = try (value["subcommands"]?.array ?? []).compactMap { child in
      guard let name = child["commandName"]?.string else { throw Unreadable(text: "\(child)") }
      return name == "help" ? nil : try CommandTree(child, words: words + [name])
    }
  }
}
