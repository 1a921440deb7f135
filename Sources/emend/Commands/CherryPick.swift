internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend cherry-pick`
struct CherryPick: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "cherry-pick", abstract: "Repeat here what commits changed elsewhere",
    discussion: """
      The very same deltas are taken, not computed again: a batch gives the same change wherever it is.

      EXAMPLES:
        emend cherry-pick candidate
        emend cherry-pick main~3..main
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "A commit, or a range taken in the order of its history.")
  var revision: RevisionArgument
  @Option(help: ArgumentHelp("Of a merge, the parent to compare with, from 1.", valueName: "n"))
  var mainline: Int?

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let picked = try PickCommits(in: repository).run(revision.revision, mainline: mainline)
    try console.show(RecordedView(picked, repository))
  }
}
