internal import ArgumentParser
internal import Delta
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
  @Argument(help: "A file of facts.", completion: .file())
  var facts: String
  @Option(name: .shortAndLong, help: "The commit's message (default: a summary of the facts).")
  var message: String?
  @Option(help: "The relative error of the stored delta.")
  var precision = TensorDelta.defaultPrecision

  func validate() throws {
    guard precision > 0, precision < 1 else {
      throw ValidationError("--precision takes a number between 0 and 1, not \(precision).")
    }
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, signing)
    let outcome = try CommitFacts(in: workspace, edit.settings(of: workspace)).run(
      facts, message: message, rules: rules.rules, requiring: gate.require, precision: precision,
      tool: "emend \(Version.text)")
    try console.show(CommitView(outcome, branch: workspace.repository.head().branch))
  }
}
