internal import ArgumentParser
internal import Evaluation
internal import Files
internal import Store
internal import Workflows

/// `emend eval`
struct Eval: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Measure a revision with CounterFact's or zsRE's metrics",
    discussion: """
      Success, magnitude and accuracy of facts, paraphrases and neighbors, with 95 % intervals over the \
      records that were measured, beside the same on the unedited base or on another revision. Nothing is \
      recorded; what a commit's own facts answer is noted on it by 'emend measure'. Records come in CounterFact's form, zsRE's, EasyEdit's or KnowEdit's.

      EXAMPLES:
        emend eval counterfact.json
        emend eval counterfact.json --first 300 --against HEAD~1 --csv records.csv
        emend eval counterfact.json --generate-every 10 \\
          --references attribute_snippets.json
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var records: RecordOptions
  @Argument(help: "A file of records.", completion: .file())
  var data: String
  @Option(name: .customLong("at"), help: ArgumentHelp("The revision.", valueName: "rev"))
  var revision = RevisionExpression.head
  @Option(
    help: ArgumentHelp(
      "The revision to compare with (default: the base without edits).", valueName: "rev"))
  var against: RevisionExpression?
  @Option(
    name: .customLong("csv"),
    help: ArgumentHelp("Write one line a record to a file.", valueName: "file"), completion: .file()
  )
  var table: String?

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    // Where it cannot be written, that is said before anything is measured.
    let table = try table.map { try AtomicFile(replacing: $0) }
    let outcome = try EvaluateRevision(in: workspace).run(
      records.data(data), at: revision,
      against: against.map { .revision($0) } ?? .base, records.generation())
    let written = Result { try table.map { try outcome.writeCSV(to: $0) } }
    try console.show(
      EvalView(outcome, at: revision.text, against: against?.text ?? "base"))
    try written.get()
  }
}
