internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend diff`
struct Diff: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare two revisions: facts, weights, behavior",
    discussion: """
      Facts and weights are compared from what is stored; no model is run, and with --facts no delta is \
      read. With --prompts, both models are asked.

      EXAMPLES:
        emend diff HEAD~1 HEAD
        emend diff --facts v1.0
        emend diff main candidate --prompts questions.txt
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "The old revision.")
  var old: RevisionArgument
  @Argument(help: "The new revision.")
  var new = RevisionArgument.head
  @Option(
    help: ArgumentHelp("A file of prompts, one a line, to ask both models.", valueName: "file"))
  var prompts: String?
  @Flag(name: .customLong("facts"), help: "Compare facts only, not weights.")
  var isFactsOnly = false
  @Flag(help: "Count facts instead of listing them.")
  var stat = false
  @Flag(help: "Exit with status 1 when the two differ.")
  var exitCode = false

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let repository = workspace.repository
    let scope: CompareRevisions.Scope = isFactsOnly ? .facts : .everything
    let outcome = try CompareRevisions(in: workspace).run(
      from: repository.commitID(old.revision), to: repository.commitID(new.revision), scope: scope,
      prompts: try prompts.map { try PromptFile.read($0) } ?? [])
    try console.page(
      DiffView(outcome, form: stat ? .counts : .full, scope: scope),
      corePager: repository.corePager())
    if exitCode, !outcome.isEmpty { throw ExitStatus.refused }
  }
}
