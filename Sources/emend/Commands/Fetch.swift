internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend fetch`
struct Fetch: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Bring what a remote has, without merging it",
    discussion: """
      What comes is verified to the last byte before any branch of the remote moves; what is not sound \
      is refused and leaves nothing. Notes and shared settings are joined with yours. From an address, \
      commits come without names: 'emend pull ADDRESS BRANCH' merges them, too.

      EXAMPLES:
        emend fetch
        emend fetch origin main
        emend fetch --all --prune
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var fetching: FetchFlags
  @Flag(help: "Fetch from all remotes.")
  var all = false
  @Argument(
    help: "A remote or an address (default: that of the branch, or origin).",
    completion: NameCompletion.remotes.kind)
  var remote: String?
  @Argument(help: "Branches of it (default: all).", completion: NameCompletion.branches.kind)
  var branches: [String] = []

  func validate() throws {
    guard !all || remote == nil else {
      throw ValidationError("Give either --all or a remote.")
    }
    guard !branches.contains(where: { $0.contains(":") }) else {
      throw ValidationError(
        "Name branches of the remote, without :DESTINATION: what comes is REMOTE/BRANCH here.")
    }
  }

  func run(on console: Console) throws {
    let transfer = TransferEdits(
      in: try common.openRepository(console), from: Paths.workingDirectory,
      progress: console.progress)
    let fetched = try transfer.fetch(
      all ? .all : .one(remote, branches: branches), fetching.options)
    let view = FetchView(fetched.outcomes)
    if let failure = fetched.failure {
      if !fetched.outcomes.isEmpty { try console.tell(view, before: failure) }
      throw failure
    }
    try console.tell(view)
    if view.hasRefusals { throw ExitStatus.refused }
  }
}
