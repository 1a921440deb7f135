internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend facts`
struct Facts: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "facts", abstract: "List the facts active at a revision",
    discussion: """
      EXAMPLES:
        emend facts
        emend facts --at v1.2 --grep "Eiffel Tower"
      """)

  @OptionGroup var common: CommonOptions
  @Option(name: .customLong("at"), help: ArgumentHelp("The revision.", valueName: "rev"))
  var revision = RevisionExpression.head
  @Option(help: ArgumentHelp("Only facts that contain this text.", valueName: "text"))
  var grep: String?

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let stack = try repository.stack(at: repository.commitID(revision))
    let entries = try ListFacts(in: repository).run(stack, matching: grep)
    try console.page(FactsView(entries), "facts", in: repository)
  }
}
