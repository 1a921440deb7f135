internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend revert`
struct Revert: EmendCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take back what a commit changed, however old it is",
    discussion: """
      The weights afterwards are exactly those that would be without it; later edits stay.

      EXAMPLE: emend revert HEAD~2
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The commit.")
  var revision: RevisionArgument
  @Option(name: .shortAndLong, help: "The message (default: Revert \"…\").")
  var message: String?
  @Option(help: ArgumentHelp("Of a merge, the parent to go back to, from 1.", valueName: "n"))
  var mainline: Int?

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let recorded = try repository.revert(
      repository.commitID(revision.revision), mainline: mainline, message: message)
    try console.show(RecordedView([recorded], repository))
  }
}
