internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend switch`
struct Switch: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "switch", abstract: "Go to a branch: its commit is the state from now on",
    discussion: """
      There is no working tree; switching costs nothing. A branch that only one remote has is made here \
      and follows that one, as one does that --create begins at a remote's (branch.autoSetupMerge).

      EXAMPLES:
        emend switch main
        emend switch --create candidate HEAD~1
        emend switch --detach v1.2
        emend switch -
      """)

  @OptionGroup var common: CommonOptions
  @Flag(name: .shortAndLong, help: "Make the branch first.")
  var create = false
  @Flag(name: .shortAndLong, help: "Go to a commit that need not be on a branch.")
  var detach = false
  @Argument(
    help: "The branch, '-' for where you were before; with --detach, a revision.",
    completion: NameCompletion.branches.kind)
  var name: String
  @Argument(help: "With --create, where the branch begins.")
  var start: RevisionExpression?

  func validate() throws {
    guard !(create && detach) else { throw ValidationError("Give either --create or --detach.") }
    guard start == nil || create else {
      throw ValidationError("A start goes with --create only.")
    }
  }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    if create {
      try repository.switchTo(
        newBranch: name, at: repository.commitID(start ?? .head),
        following: start.flatMap { try repository.upstream(ofNew: name, from: $0.text) })
    } else if name == "-", !detach {
      try repository.switchBack()
    } else if detach {
      try repository.switchTo(commit: repository.commitID(.init(name)))
    } else {
      try repository.switchTo(branchHereOrOnRemote: name)
    }
    try console.tell(StatusView(RepositoryStatus(of: repository)))
  }
}
