import Checkpoint
import Foundation
import TestSupport
import Testing

/// Documentation/Output.md against the program.
@Suite struct OutputDocumentTests {
  private let table: [String]

  init() throws {
    let path = Fixture.path("../Documentation/Output.md")
    table = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      .map(String.init)
  }

  /// The line of a command, or of the first below it.
  private func row(_ name: String) -> String? {
    table.first { line in
      guard line.hasPrefix("| `") else { return false }
      let names = line.split(separator: "|")[0]
      return names.contains("`\(name)`") || names.contains("`\(name) ")
    }
  }

  @Test("every command is there")
  func commands() throws {
    // The demo is a text.
    for command in try CommandTree.read().children where command.words != ["demo"] {
      #expect(row(command.description) != nil, "\(command)")
    }
  }

  @Test("the keys of a document stand in its command's line")
  func keys() throws {
    let scene = try Scene()
    try scene.repository("tag", "v1")
    let commands = [
      ["status"], ["log"], ["show"], ["facts"], ["diff", "HEAD~1"], ["branch"], ["tag"],
      ["reflog"], ["op", "log"], ["cache"], ["config"], ["remote"], ["base"], ["fsck"],
      ["generate", "--next", "1", "A"], ["measure"], ["revert", "HEAD"], ["undo"], ["gc"],
    ]
    for words in commands {
      let outcome = try scene.repository.emend.run(words + ["--json"])
      let document = try JSONValue(parsing: outcome.output, file: "\(words)")
      let name = words[0] == "op" ? "op log" : words[0]
      let line = try #require(row(name), "\(name)")
      guard case .object(let data) = try #require(document["data"], "\(words)") else { continue }
      for member in data.members {
        #expect(line.contains("`\(member.key)`"), "\(words): \(member.key)")
      }
    }
  }
}
