internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend branch`; the store has a `Branch` of its own.
struct BranchCommand: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "branch", abstract: "List, make, rename, copy or delete branches",
    discussion: """
      EXAMPLES:
        emend branch
        emend branch candidate HEAD~1
        emend branch --move candidate shipped
        emend branch --delete old older
      """)

  /// What is done; without any, a name makes a branch.
  enum Action: String, EnumerableFlag {
    case list = "--list"
    case delete = "--delete"
    case deleteInAnyCase = "-D"
    case move = "--move"
    case moveOver = "-M"
    case copy = "--copy"
    case showCurrent = "--show-current"

    static func name(for value: Action) -> NameSpecification {
      switch value {
      case .list: [.customShort("l"), .customLong("list")]
      case .delete: [.customShort("d"), .customLong("delete")]
      case .deleteInAnyCase: .customShort("D")
      case .move: [.customShort("m"), .customLong("move")]
      case .moveOver: .customShort("M")
      case .copy: [.customShort("c"), .customLong("copy")]
      case .showCurrent: .customLong("show-current")
      }
    }

    static func help(for value: Action) -> ArgumentHelp? {
      switch value {
      case .list: "List branches whose names are like the ones given, such as 'v1.*'."
      case .delete: "Delete branches that HEAD has all commits of."
      case .deleteInAnyCase: "Delete branches in any case."
      case .move: "Rename a branch, or the current one: [OLD] NEW."
      case .moveOver: "Rename it, also over a branch that is there."
      case .copy: "Make a branch where another, or the current one, is: [OLD] NEW."
      case .showCurrent: "Show the name of the current branch."
      }
    }
  }

  @OptionGroup var common: CommonOptions
  @Flag(exclusivity: .exclusive) var action: Action?
  @Flag(name: .shortAndLong, help: "Also over a branch that is there, or where commits go with it.")
  var force = false
  @Flag(name: .shortAndLong, help: "Show the summary of each branch's commit.")
  var verbose = false
  @Flag(name: .shortAndLong, help: "The branches of remotes only.")
  var remotes = false
  @Flag(name: .shortAndLong, help: "Those of remotes, too.")
  var all = false
  @Option(help: ArgumentHelp("Only branches that have this commit.", valueName: "rev"))
  var contains: RevisionExpression?
  @Option(
    help: ArgumentHelp("Only branches with nothing that this has not.", valueName: "rev"))
  var merged: RevisionExpression?
  @Option(help: ArgumentHelp("Only branches with something that this has not.", valueName: "rev"))
  var noMerged: RevisionExpression?
  @Argument(
    help: "The branch to make and where it begins (default: HEAD); else, names.",
    completion: NameCompletion.branches.kind)
  var names: [String] = []

  /// Whether branches are listed, and names say which; as in Git, what picks some asks for a list.
  private var lists: Bool {
    action == .list || action == nil && (contains != nil || merged != nil || noMerged != nil)
  }

  func validate() throws {
    switch action {
    case nil where (remotes || all) && !names.isEmpty && !lists:
      throw ValidationError("--remotes and --all list branches; give names with --list.")
    case nil where names.count > 2 && !lists:
      throw ValidationError("A branch has one name and one beginning.")
    case .delete where names.isEmpty, .deleteInAnyCase where names.isEmpty:
      throw ValidationError("Name the branches to delete.")
    case .move where !(1...2).contains(names.count), .moveOver where !(1...2).contains(names.count),
      .copy where !(1...2).contains(names.count):
      throw ValidationError("Give the new name, and before it the old one: [OLD] NEW.")
    case .showCurrent where !names.isEmpty:
      throw ValidationError("--show-current is about one branch: give no names.")
    default: break
    }
    try refuseIdle()
  }

  private func refuseIdle() throws {
    let word = action.map { "with \($0.rawValue)" } ?? "without a branch to make"
    try ValidationError.refuse(
      [
        "--remotes": remotes, "--all": all, "--contains": contains != nil,
        "--merged": merged != nil, "--no-merged": noMerged != nil,
      ], when: action != nil && action != .list, word)
    try ValidationError.refuse(
      ["--force": force],
      when: action == .list || action == .showCurrent || action == nil && (names.isEmpty || lists),
      word)
    try ValidationError.refuse(["--verbose": verbose], when: action == .showCurrent, word)
    try ValidationError.refuse(["--all": all], when: remotes, "with --remotes")
  }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    switch action {
    case .delete, .deleteInAnyCase:
      try repository.deleteBranches(
        names, force || action == .deleteInAnyCase ? .always : .whenMerged)
    case .move, .moveOver:
      try repository.renameBranch(
        names.dropLast().first, to: names[names.count - 1],
        ifTaken: force || action == .moveOver ? .replace : .refuse)
    case .copy:
      try repository.copyBranch(
        names.dropLast().first, to: names[names.count - 1], ifTaken: force ? .replace : .refuse)
    case .showCurrent: return try console.show(CurrentBranchView(repository.head().branch))
    case nil where !names.isEmpty && !lists:
      let start = names.dropFirst().first ?? "HEAD"
      try repository.createBranch(
        names[0], at: repository.commitID(.init(start)),
        following: repository.upstream(ofNew: names[0], from: start),
        ifTaken: force ? .replace : .refuse)
    case .list, nil: break
    }
    var filter = ListBranches.Filter()
    filter.place = remotes ? .remotes : all ? .everywhere : .here
    filter.patterns = lists ? names.map { NamePattern($0) } : []
    filter.containing = contains
    filter.merged = merged
    filter.notMerged = noMerged
    let view = try BranchesView(
      ListBranches(in: repository).run(filter), form: verbose ? .summaries : .ids)
    try lists || names.isEmpty ? console.show(view) : console.tell(view)
  }
}
