internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend measure`
struct Measure: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Ask the model at a commit for its facts and note the answers",
    discussion: """
      The figures, who measured them and with which version become a line of a Git note on the commit, \
      which itself stays as it is. 'emend log --notes' shows them, and so does \
      'git --git-dir .emend log --notes=emend'; 'emend audit' holds them against the weights. To measure \
      without recording, with intervals and beside another revision, use 'emend eval'.

      EXAMPLES:
        emend measure
        emend measure HEAD~3 --facts heldout.jsonl
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "A revision.")
  var revision = RevisionExpression.head
  @Option(
    help: ArgumentHelp(
      "What to ask (default: the facts active at the revision).", valueName: "file"),
    completion: .file())
  var facts: String?

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let outcome = try MeasureCommit(in: workspace).run(
      revision, facts: facts, tool: Version.tool)
    try console.show(MeasureView(outcome))
  }
}
