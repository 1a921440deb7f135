internal import ArgumentParser
internal import Workflows

/// `emend status`
struct Status: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show where you are: branch, active edits, base",
    discussion: "EXAMPLE: emend status")

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    try console.show(StatusView(RepositoryStatus(of: common.openRepository(console))))
  }
}
