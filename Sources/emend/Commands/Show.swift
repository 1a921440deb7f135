internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend show`
struct Show: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a commit: what it says, what it changed, what was measured",
    discussion: "EXAMPLE: emend show HEAD~1")

  @OptionGroup var common: CommonOptions
  @Argument(help: "A revision.")
  var revision = RevisionArgument.head

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let commit = try DescribeCommit(in: repository).run(revision.revision)
    try console.page(ShowView(commit), corePager: repository.corePager())
  }
}
