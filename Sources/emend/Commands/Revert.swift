internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend revert`
struct Revert: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "revert", abstract: "Take back what a commit changed, however old it is",
    discussion: """
      The weights afterwards are exactly those that would be without it; later edits stay.

      With --fact, only facts about these subjects go: the batch is solved again from its stored \
      targets without them.

      EXAMPLES:
        emend revert HEAD~2
        emend revert HEAD~2 --fact "Eiffel Tower"
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "The commit.")
  var revision: RevisionArgument
  @Option(help: "The message (default: Revert \"…\").")
  var message: CommitMessage?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Of a merge, the parent to go back to, from 1.", valueName: "n"))
  var mainline: ParentNumber?
  @Option(
    name: .customLong("fact"),
    help: ArgumentHelp(
      "Take out facts about this subject only (can be repeated).", valueName: "subject"))
  var subjects: [String] = []
  @Option(
    help: ArgumentHelp("Second moments, where a batch is solved again.", valueName: "file"),
    completion: .file())
  var stats: String?

  func validate() throws {
    guard subjects.isEmpty || mainline == nil else {
      throw ValidationError("--mainline does not go with --fact.")
    }
  }

  func run(on console: Console) throws {
    guard subjects.isEmpty else { return try takeOutFacts(console) }
    let workspace = try common.openWorkspace(console, compute, signing)
    let recorded = try RevertCommit(in: workspace).run(
      revision.revision, mainline: mainline?.number, message: message?.text)
    try console.show(RecordedView([recorded], workspace.repository))
  }

  private func takeOutFacts(_ console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, signing)
    var settings = EditSettings(of: workspace)
    settings.moments = stats
    let outcome = try RevertFacts(in: workspace, settings).run(
      revision.revision, subjects: subjects, message: message?.text, tool: "emend \(Version.text)")
    try console.show(RecordedView([outcome.commit], workspace.repository))
  }
}
