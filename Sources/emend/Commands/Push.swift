internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend push`
struct Push: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Take commits to a remote",
    discussion: """
      Pushes the branch that HEAD is on, or what is named, with notes and shared settings. A branch of \
      the remote only moves forward, unless forced. What is larger than a host takes at once \
      ('emend config get pushlimit', 900m) goes in parts, each of them a whole history.

      EXAMPLES:
        emend push -u origin main
        emend push origin main v1.2
        emend push origin candidate:trial
        emend push --force-with-lease
        emend push origin --delete trial
      """)

  @OptionGroup var common: CommonOptions
  @Argument(
    help: "A remote or an address (default: that of the branch, or origin).",
    completion: NameCompletion.remotes.kind)
  var remote: String?
  @Argument(help: "Branches, tags, SOURCE:DESTINATION.", completion: NameCompletion.revisions.kind)
  var what: [String] = []
  @Flag(
    name: [.customShort("u"), .customLong("set-upstream")],
    help: "Have the branch follow what it is pushed to.")
  var setUpstream = false
  @Flag(help: "All branches.")
  var all = false
  @Flag(help: "All tags as well.")
  var tags = false
  @Flag(name: .shortAndLong, help: "Delete the branches or tags that are named.")
  var delete = false
  @Flag(name: .shortAndLong, help: "Move branches of the remote in any case.")
  var force = false
  @Flag(help: "Move them if the remote still has what was last fetched.")
  var forceWithLease = false
  @Option(help: ArgumentHelp("Move them if the remote has this.", valueName: "revision"))
  var lease: RevisionExpression?
  @Flag(help: "Leave notes and shared settings out.")
  var noNotes = false

  func validate() throws {
    guard [all, delete].filter({ $0 }).count <= 1 else {
      throw ValidationError("Give either --all or --delete.")
    }
    guard !all || what.isEmpty else { throw ValidationError("--all is all: name no branches.") }
    guard !delete || !what.isEmpty else {
      throw ValidationError("Say what to delete: emend push origin --delete NAME.")
    }
    guard [force, forceWithLease, lease != nil].filter({ $0 }).count <= 1 else {
      throw ValidationError("Give only one of --force, --force-with-lease and --lease.")
    }
    try ValidationError.refuse(
      [
        "--set-upstream": setUpstream, "--force": force, "--tags": tags, "--no-notes": noNotes,
      ], when: delete, "with --delete")
  }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    var options = TransferEdits.PushOptions()
    if force { options.rule = .force }
    if forceWithLease { options.rule = .withLease(expecting: nil) }
    if let lease {
      options.rule = .withLease(expecting: try repository.commitID(lease))
    }
    options.withTags = tags
    options.setsUpstream = setUpstream
    options.companions = noNotes ? .leftOut : .included
    let transfer = TransferEdits(
      in: repository, from: Paths.workingDirectory, progress: console.progress)
    let pushed = try transfer.push(
      all ? .allBranches : delete ? .deleting(what) : .named(what), to: remote, options)
    try console.tell(PushView(pushed.remote, pushed.outcome))
    if !pushed.outcome.isComplete { throw ExitStatus.refused }
  }
}
