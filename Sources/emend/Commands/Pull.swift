internal import ArgumentParser
internal import Workflows

/// `emend pull`
struct Pull: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Fetch, and merge what came into this branch",
    discussion: """
      Without arguments, merges the branch that this one follows. The branch moves forward where that \
      is enough; else a merge is recorded, with the rules of 'emend merge'.

      EXAMPLES:
        emend pull
        emend pull --ff-only
        emend pull origin main --theirs
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var fetching: FetchFlags
  @Argument(help: "A remote or an address.", completion: NameCompletion.remotes.kind)
  var remote: String?
  @Argument(help: "A branch of it.", completion: NameCompletion.branches.kind)
  var branch: String?
  @Flag(help: "Only move forward; where that is not enough, refuse.")
  var ffOnly = false
  @OptionGroup var sides: MergeOptions

  func validate() throws {
    try ValidationError.refuse(
      [
        "--ours/--theirs": sides.side != nil,
        "--interference/--no-interference": sides.interference != nil,
        "--stats": sides.moments.stats != nil,
      ], when: ffOnly, "with --ff-only")
    try ValidationError.refuse(
      ["--stats": sides.moments.stats != nil], when: sides.side == nil, "without --ours or --theirs"
    )
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let pull = PullBranch(
      in: workspace, moments: sides.moments.stats, from: Paths.workingDirectory)
    let outcome = try pull.run(
      remote, branch, fetching.options,
      ffOnly ? .fastForwardOnly : .mergeWhereNeeded(sides.resolution),
      measuring: sides.measuring, tool: Version.tool)
    let view = try PullView(outcome, workspace.repository)
    try console.show(view)
    if view.hasRefusals { throw ExitStatus.refused }
  }
}
