import TestSupport
import Testing

@Suite struct HelpTests {
  @Test(
    "every command says what it does and shows an example",
    arguments: [
      ["init"], ["base"], ["stats"], ["demo"], ["commit"], ["targets"], ["revert"], ["resolve"],
      ["cherry-pick"], ["merge"], ["status"], ["log"], ["show"], ["facts"], ["blame"], ["bisect"],
      ["bisect", "start"], ["bisect", "run"], ["diff"], ["generate"], ["eval"], ["sweep"],
      ["branch"], ["switch"], ["tag"], ["reset"], ["undo"], ["redo"], ["op"], ["op", "log"],
      ["reflog"],
      ["apply"], ["fsck"], ["audit"], ["base", "show"], ["base", "set"], ["clone"], ["fetch"],
      ["pull"], ["push"], ["remote"], ["remote", "list"], ["remote", "add"], ["remote", "remove"],
      ["remote", "rename"], ["remote", "set-url"], ["remote", "show"], ["gc"], ["cache"],
      ["cache", "list"], ["cache", "prune"], ["cache", "clear"], ["config"], ["config", "list"],
      ["config", "get"], ["config", "set"], ["config", "unset"],
    ])
  func example(command: [String]) throws {
    let directory = try TemporaryDirectory()
    let outcome = try EmendProcess(in: directory.path).run(command + ["--help"])
    #expect(outcome.ending == .exit(0))
    #expect(outcome.outputText.hasPrefix("OVERVIEW: "))
    #expect(outcome.outputText.contains("EXAMPLE"))
    #expect(outcome.outputText.contains("emend \(command.joined(separator: " "))"))
    // All but the usage fits a terminal of eighty columns.
    let long = outcome.outputText.split(separator: "\n").map(String.init)
      .filter { $0.count > 80 && !$0.hasPrefix("USAGE: ") }
    #expect(long.isEmpty, "\(long)")
  }

  @Test("the root's help lists every command")
  func list() throws {
    let directory = try TemporaryDirectory()
    let text = try EmendProcess(in: directory.path).run(["--help"]).outputText
    for command in ["init", "commit", "log", "merge", "undo", "apply", "fsck"] {
      #expect(text.contains("\n  \(command) "), "\(command)")
    }
  }
}
