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
  @Flag(exclusivity: .exclusive) var side: Merge.Side?
  @Flag(
    inversion: .prefixedNo, help: "Measure how far the sides' batches disturb each other (default)."
  )
  var interference: Bool?
  @Option(
    help: ArgumentHelp("Second moments, where a batch is solved again.", valueName: "file"),
    completion: .file())
  var stats: String?

  func validate() throws {
    try ValidationError.refuse(
      [
        "--ours/--theirs": side != nil, "--interference/--no-interference": interference != nil,
        "--stats": stats != nil,
      ], when: ffOnly, "with --ff-only")
    try ValidationError.refuse(
      ["--stats": stats != nil], when: side == nil, "without --ours or --theirs")
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let rule: PullBranch.Rule =
      switch side {
      case _ where ffOnly: .fastForwardOnly
      case nil: .mergeWhereNeeded(.refuse)
      case .ours: .mergeWhereNeeded(.ours)
      case .theirs: .mergeWhereNeeded(.theirs)
      }
    let outcome = try PullBranch(in: workspace, moments: stats, from: Paths.workingDirectory).run(
      remote, branch, fetching.options, rule,
      measuring: interference ?? true ? .interference : .nothing,
      tool: "emend \(Version.text)")
    let view = try PullView(outcome, workspace.repository)
    try console.show(view)
    if view.hasRefusals { throw ExitStatus.refused }
  }
}
