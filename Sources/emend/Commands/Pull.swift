internal import ArgumentParser
internal import Workflows

/// `emend pull`
struct Pull: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Fetch, and merge what came into this branch",
    discussion: """
      Without arguments, merges the branch that this one follows. The branch moves forward where that \
      is enough; else a merge is recorded, with the rules and options of 'emend merge'.

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
  @OptionGroup var sides: MergeOptions

  func validate() throws { try sides.check() }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, sides.signing)
    let resolution = try sides.resolution()
    let pull = PullBranch(
      in: workspace, moments: sides.moments.stats, from: Paths.workingDirectory)
    let fetched = try pull.fetch(remote, branch, fetching.options)
    let merged = Result {
      try pull.merge(
        fetched, resolution: resolution, forward: sides.forward?.rule, message: sides.message.text,
        requiring: sides.gate.require, measuring: sides.measuring, tool: Version.tool)
    }
    // What came is here, whatever becomes of the merge.
    if case .failure = merged, !console.writesDocuments {
      try console.tell(FetchView([(fetched.remote, fetched.outcome)]))
    }
    let view = try PullView(fetched, merged.get(), workspace.repository)
    try console.tell(view)
    if view.hasRefusals { throw ExitStatus.refused }
  }
}
