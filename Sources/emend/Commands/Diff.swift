internal import ArgumentParser
internal import Diagnostics
internal import Editing
internal import Store
internal import Workflows

/// `emend diff`
struct Diff: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare two revisions: facts, weights, behavior",
    discussion: """
      Facts and weights are compared from what is stored; no model is run and no weight is read, and \
      with --facts no delta is. With --prompts or --sample, both models are asked; the prompts that \
      change most come first.

      EXAMPLES:
        emend diff HEAD~1 HEAD
        emend diff --facts v1.0
        emend diff main..candidate
        emend diff main candidate --prompts questions.txt
        emend diff HEAD~10 --sample 200 --corpus wikipedia.txt
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "The old revision; or both: A..B, or A...B for B since it left A.")
  var old: RevisionExpression
  @Argument(help: "The new revision (default: HEAD).")
  var new: RevisionExpression?
  @Option(
    help: ArgumentHelp(
      "Prompts, one a line, or a facts file, to ask both models.", valueName: "file"),
    completion: .file())
  var prompts: String?
  @Flag(name: .customLong("facts"), help: "Compare facts only, not weights.")
  var isFactsOnly = false
  @Option(
    help: ArgumentHelp(
      "Ask both models the beginnings of so many documents of --corpus.", valueName: "n"))
  var sample: Int?
  @Option(
    help: ArgumentHelp("The text that --sample takes documents of.", valueName: "file"),
    completion: .file())
  var corpus: String?
  @Option(help: "How the corpus falls into documents (default: paragraph).")
  var documents: DocumentBoundary?
  @Flag(help: "Count facts instead of listing them.")
  var stat = false
  @Flag(
    help: "Measure how far the batches that came and those that were there move each other's keys.")
  var interference = false
  @Flag(help: "Exit with status 1 when the two differ.")
  var exitCode = false

  func validate() throws {
    guard (sample == nil) == (corpus == nil), sample.map({ (1...1_000_000).contains($0) }) ?? true
    else { throw ValidationError("Give --sample N, at least 1, together with --corpus FILE.") }
    guard sample == nil || prompts == nil else {
      throw ValidationError("Give either --prompts or --sample.")
    }
    try ValidationError.refuse(
      ["--documents": documents != nil], when: sample == nil, "without --sample")
  }

  private func questions(_ notes: any ProgressSink) throws -> [String] {
    if let prompts { return try PromptFile.readPromptsOrFacts(prompts) }
    guard let sample, let corpus else { return [] }
    return try PromptSample.read(
      corpus, boundary: documents ?? .paragraph, count: sample, notes: notes)
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let repository = workspace.repository
    let scope: CompareRevisions.Scope = isFactsOnly ? .facts : .everything
    let (from, to) = try repository.compared(old, new)
    let outcome = try CompareRevisions(in: workspace).run(
      from: from, to: to, scope: scope, prompts: questions(console.progress),
      measuring: interference ? .interference : .nothing)
    try console.page(
      DiffView(outcome, form: stat ? .counts : .full, scope: scope), "diff",
      in: repository)
    if exitCode, !outcome.isEmpty { throw ExitStatus.refused }
  }
}
