internal import ArgumentParser
internal import Evaluation
internal import Workflows

/// `emend sweep`
struct SweepCommand: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Compare editors over a data set: scaling, categories, mixes",
    discussion: """
      The MEMIT paper's comparison on the repository's base: consecutive batches of n facts, each edited \
      on the original weights in memory and measured with its own records, beside the unedited model. No \
      commit is made. Results are kept in the output directory as they come: an interrupted sweep goes on \
      where it stopped, and results of other settings are not mixed in. At the end: tables as CSV and one \
      page, index.html.

      EXAMPLES:
        emend sweep counterfact.json --output sweep
        emend sweep counterfact.json --output sweep --methods memit,rome \\
          --hparams rome=hparams_rome.json --n 1,10,100,300 --generate-every 10
        emend sweep counterfact.json --output sweep --min-cases 20 --mix P27,P36
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var records: RecordOptions
  @OptionGroup var options: SweepOptions
  @Argument(help: "A file of records.", completion: .file())
  var data: String
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The directory of results, tables and page.", valueName: "dir"),
    completion: .directory)
  var output: String

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let data = try records.data(data)
    let outcome = try RunSweep(in: workspace).run(
      .init(
        data: data, rule: records.generation(), references: records.referencesDigest(),
        plan: options.plan(data), directory: output), options.settings(of: workspace),
      tool: Version.tool)
    try console.show(SweepView(outcome))
  }
}
