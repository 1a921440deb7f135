internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend log`
struct Log: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Show history",
    discussion: """
      EXAMPLES:
        emend log
        emend log main..candidate --oneline
        emend log --all --graph --oneline
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "A revision or a range, as Git writes them.")
  var revision: RevisionExpression?
  @Flag(help: "The commits of all branches, those of remotes, and tags.")
  var all = false
  @Flag(help: "Also what was measured later: the notes under refs/notes/emend.")
  var notes = false
  @Flag(help: "One line a commit.")
  var oneline = false
  @Flag(help: "Draw how the commits descend from each other.")
  var graph = false
  @Flag(help: "The oldest first.")
  var reverse = false
  @Flag(help: "Of a merge, follow only the branch that it was made on.")
  var firstParent = false
  @Option(
    name: [.customShort("n", allowingJoined: true), .long],
    help: ArgumentHelp("At most so many commits.", valueName: "n")
  )
  var maxCount: Int?
  @Option(
    help: ArgumentHelp("Only commits that changed facts about this subject.", valueName: "text"))
  var subject: String?
  @Option(help: ArgumentHelp("Only commits whose message contains this.", valueName: "text"))
  var grep: String?
  @Option(help: ArgumentHelp("Only commits by an author like this.", valueName: "text"))
  var author: String?

  func validate() throws {
    guard revision == nil || !all else {
      throw ValidationError("Give either a revision or --all.")
    }
    guard !(graph && reverse) else { throw ValidationError("Give either --graph or --reverse.") }
  }

  /// As in Git, a number below zero is no limit.
  private var limit: Int? { maxCount.flatMap { $0 < 0 ? nil : $0 } }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    var filter = ListHistory.Filter()
    filter.subject = subject
    filter.message = grep
    filter.author = author
    filter.parents = firstParent ? .first : .all
    let entries = try ListHistory(in: repository, progress: console.progress).run(
      all ? .everything : .revision(revision ?? .head), filter,
      order: graph ? .graph : reverse ? .oldestFirst : .latestFirst, limit: limit,
      notes: notes ? .read : .leftOut)
    let view = LogView(entries, form: oneline ? .oneLine : .full, lines: graph ? .graph : .none)
    try console.page(view, "log", in: repository)
  }
}
