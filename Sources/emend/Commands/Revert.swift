internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend revert`
struct Revert: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "revert", abstract: "Take back what commits changed, however old they are",
    discussion: """
      The weights afterwards are exactly those that would be without them; later edits stay. Each \
      commit is taken back by one of its own.

      With --fact, only facts about these subjects go, of one commit: the batch is solved again from \
      its stored targets without them.

      EXAMPLES:
        emend revert HEAD~2
        emend revert v1.2..main
        emend revert HEAD~2 --fact "Eiffel Tower"
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "Commits, and ranges taken from their latest commit on.")
  var revisions: [RevisionExpression]
  @Option(help: "The message, a paragraph each time (default: Revert \"…\").")
  var message: [CommitMessage] = []
  @Option(
    name: [.long, .customShort("m", allowingJoined: true)],
    help: ArgumentHelp("Of a merge, the parent to go back to, from 1.", valueName: "n"))
  var mainline: Int?
  @Option(
    name: .customLong("fact"),
    help: ArgumentHelp(
      "Take out facts about this subject only (can be repeated).", valueName: "subject"))
  var subjects: [String] = []
  @OptionGroup var moments: MomentsOption

  func validate() throws {
    try ValidationError.requirePositive(["--mainline": mainline])
    try ValidationError.refuse(
      ["--mainline": mainline != nil], when: !subjects.isEmpty, "with --fact")
    try ValidationError.refuse(
      ["--stats": moments.stats != nil], when: subjects.isEmpty, "without --fact")
    guard subjects.isEmpty || revisions.count == 1 else {
      throw ValidationError("--fact takes facts out of one commit.")
    }
  }

  func run(on console: Console) throws {
    guard subjects.isEmpty else { return try takeOutFacts(console) }
    let workspace = try common.openWorkspace(console, compute, signing)
    try console.showMade(in: workspace.repository) { made in
      try RevertCommits(in: workspace).run(
        revisions, mainline: mainline, message: message.text, made: made)
    }
  }

  private func takeOutFacts(_ console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, signing)
    let outcome = try RevertFacts(in: workspace, moments.settings(of: workspace)).run(
      revisions[0], subjects: subjects, message: message.text, tool: Version.tool)
    try console.tell(RecordedView([outcome.commit], workspace.repository))
  }
}
