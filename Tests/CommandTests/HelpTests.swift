import TestSupport
import Testing

@Suite struct HelpTests {
  private func help(_ command: CommandTree) throws -> String {
    let directory = try TemporaryDirectory()
    let outcome = try EmendProcess(in: directory.path).run(command.words + ["--help"])
    #expect(outcome.ending == .exit(0))
    return outcome.outputText
  }

  @Test(
    "every command says what it does, and shows an example unless others stand below it",
    arguments: try CommandTree.read().all)
  func command(_ command: CommandTree) throws {
    let text = try help(command)
    #expect(text.hasPrefix("OVERVIEW: "))
    // All but the usage fits a terminal of eighty columns.
    let long = text.split(separator: "\n").filter { $0.count > 80 && !$0.hasPrefix("USAGE: ") }
    #expect(long.isEmpty)
    guard command.children.isEmpty else { return }
    let example = try #require(text.firstRange(of: "EXAMPLE"))
    let usage = try #require(text.firstRange(of: "\nUSAGE: "))
    try #require(example.upperBound < usage.lowerBound)
    let examples = text[example.lowerBound..<usage.lowerBound]
    #expect(examples.contains("emend \(command)"))
    // One that was wrapped does something else when it is pasted.
    let wrapped = examples.split(separator: "\n").dropFirst().filter { !$0.hasPrefix("  ") }
    #expect(wrapped.isEmpty)
  }

  @Test("the root's help lists every command")
  func list() throws {
    let root = try CommandTree.read()
    let text = try help(root)
    #expect(root.children.count > 30)
    for command in root.children { #expect(text.contains("\n  \(command) "), "\(command)") }
  }
}
