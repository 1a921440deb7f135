internal import ArgumentParser
internal import Store

/// `emend branch`; the store has a `Branch` of its own.
struct BranchCommand: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "branch", abstract: "List, make, rename or delete branches",
    discussion: """
      EXAMPLES:
        emend branch
        emend branch candidate HEAD~1
        emend branch --delete candidate
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The branch to make.")
  var name: String?
  @Argument(help: "Where it begins.")
  var start = RevisionArgument.head
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Delete a branch that HEAD has all commits of.", valueName: "name"))
  var delete: String?
  @Option(
    name: .customShort("D"), help: ArgumentHelp("Delete a branch in any case.", valueName: "name"))
  var forceDelete: String?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Rename this branch to the name given.", valueName: "old"))
  var move: String?

  func validate() throws {
    guard [delete, forceDelete, move].compactMap({ $0 }).count <= 1 else {
      throw ValidationError("Give only one of --delete, -D and --move.")
    }
    guard move == nil || name != nil else {
      throw ValidationError("--move needs the new name: emend branch --move old new.")
    }
    guard name == nil || (delete == nil && forceDelete == nil) else {
      throw ValidationError("A branch is either made or deleted.")
    }
  }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    if let delete {
      try repository.deleteBranch(delete)
    } else if let forceDelete {
      try repository.deleteBranch(forceDelete, .always)
    } else if let move, let name {
      try repository.renameBranch(move, to: name)
    } else if let name {
      try repository.createBranch(name, at: repository.commitID(start.revision))
    }
    try console.show(BranchesView(repository.branches() + repository.remoteBranches()))
  }
}
