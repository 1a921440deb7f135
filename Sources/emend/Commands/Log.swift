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
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "A revision or a range, as Git writes them.")
  var revision: RevisionArgument?
  @Flag(help: "The commits of all branches and tags.")
  var all = false
  @Flag(help: "One line a commit.")
  var oneline = false
  @Option(
    name: [.customShort("n"), .long], help: ArgumentHelp("At most so many commits.", valueName: "n")
  )
  var maxCount: Int?
  @Option(
    help: ArgumentHelp("Only commits that changed facts about this subject.", valueName: "text"))
  var subject: String?

  func validate() throws {
    guard revision == nil || !all else {
      throw ValidationError("Give either a revision or --all.")
    }
  }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let entries = try ListHistory(in: repository).run(
      all ? .everything : .revision((revision ?? .head).revision), subject: subject,
      limit: maxCount)
    let view = LogView(entries, form: oneline ? .oneLine : .full)
    try console.page(view, corePager: repository.corePager())
  }
}
