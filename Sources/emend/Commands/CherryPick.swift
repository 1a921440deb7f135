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
        emend cherry-pick candidate~2 candidate
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var gate: GateOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "Commits, and ranges taken in the order of their history.")
  var revisions: [RevisionExpression]
  @Option(
    name: [.long, .customShort("m", allowingJoined: true)],
    help: ArgumentHelp("Of a merge, the parent to compare with, from 1.", valueName: "n"))
  var mainline: Int?

  func validate() throws { try ValidationError.requirePositive(["--mainline": mainline]) }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, signing)
    try console.showMade(in: workspace.repository) { made in
      try PickCommits(in: workspace).run(
        revisions, mainline: mainline, requiring: gate.require, made: made)
    }
  }
}
