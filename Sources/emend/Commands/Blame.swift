internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend blame`
struct Blame: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "blame",
    abstract: "Show which commit last set a fact, and what it was before",
    discussion: """
      Reads no weights: an index in the cache, which is built when it is missing, says which commits \
      have facts about the subject.

      EXAMPLES:
        emend blame "Eiffel Tower"
        emend blame --prompt "The Eiffel Tower is located in" --at v1.2
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The subject, letter case and space aside.")
  var subject: String?
  @Option(help: ArgumentHelp("A whole prompt, its subject written out.", valueName: "text"))
  var prompt: String?
  @Option(name: .customLong("at"), help: ArgumentHelp("The revision.", valueName: "rev"))
  var revision = RevisionExpression.head

  func validate() throws {
    guard (subject != nil) != (prompt != nil) else {
      throw ValidationError("Give either a subject or --prompt.")
    }
  }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let answers = try BlameFacts(in: repository, progress: console.progress).run(
      prompt.map { .prompt($0) } ?? .subject(subject ?? ""), at: revision)
    try console.page(BlameView(answers), "blame", in: repository)
  }
}
