internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend reset`
struct Reset: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Move the branch you are on to another commit",
    discussion: """
      Nothing is lost: 'emend undo' takes it back. There is no index and no working tree, so that \
      Git's --hard, --mixed and --soft are all the same.

      EXAMPLE: emend reset HEAD~1
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The commit.")
  var revision: RevisionExpression

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    try repository.reset(to: repository.commitID(revision))
    try console.tell(StatusView(RepositoryStatus(of: repository)))
  }
}
