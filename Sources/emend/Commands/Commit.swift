internal import ArgumentParser
internal import Editing
internal import Store
internal import Workflows

/// `emend commit`
struct Commit: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "commit", abstract: "Compute a batch of edits on the current state and record it",
    discussion: """
      Facts come in CounterFact's form, zsRE's, EasyEdit's, KnowEdit's, or as JSON Lines: \
      {"prompt": "{} is in", "subject": "The Louvre", "target_new": "Rome"}.

      EXAMPLES:
        emend commit facts.jsonl -m "Offices moved in May"
        emend commit facts.jsonl --method rome --sign
        emend commit facts.jsonl --require "efficacy>=0.95,specificity_drop<=2%"
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var edit: EditOptions
  @OptionGroup var rules: RuleOptions
  @OptionGroup var gate: GateOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "A file of facts; '-' reads standard input.", completion: .file())
  var facts: String
  @Option(name: .shortAndLong, help: "The message, a paragraph each time (default: a summary).")
  var message: [CommitMessage] = []
  @Option(
    help:
      "The relative error of the stored delta, from 1e-9 (of low rank, some 1e-7) to below 1.")
  var precision = RelativeError.usual

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, signing)
    let outcome = try CommitFacts(in: workspace, edit.settings(of: workspace)).run(
      facts, message: message.text, rules: rules.rules, requiring: gate.require,
      precision: precision.value, tool: Version.tool)
    try console.tell(CommitView(outcome, branch: workspace.repository.head().branch))
  }
}
