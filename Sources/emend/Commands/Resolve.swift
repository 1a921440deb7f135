internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend resolve`
struct Resolve: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve",
    abstract: "Solve edits again on the present state, from their stored targets",
    discussion: """
      After a revert beneath an edit, or a merge, its delta is still the one computed on a state that is \
      gone. Solving again takes no optimisation, unless --refresh-targets asks for it.

      With --onto-base, all edits are moved to another checkpoint of the same architecture: keys are \
      computed there, targets are kept, and it is said which facts hold. Give that checkpoint's second \
      moments with --stats where you have them.

      EXAMPLES:
        emend resolve HEAD~1
        emend resolve --all
        emend resolve --onto-base models/gpt-j-6b-v2
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var gate: GateOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "The commit whose edits are solved again.")
  var revision: RevisionExpression?
  @Flag(help: "All active edits, in the order in which they were committed.")
  var all = false
  @Option(
    help: ArgumentHelp(
      "Move all edits to this checkpoint, which is the base from then on.", valueName: "dir"),
    completion: .directory)
  var ontoBase: String?
  @Flag(help: "Optimise the targets anew.")
  var refreshTargets = false
  @Option(name: .shortAndLong, help: "The message, a paragraph each time (default: a summary).")
  var message: [CommitMessage] = []
  @OptionGroup var moments: MomentsOption

  func validate() throws {
    guard [revision != nil, all, ontoBase != nil].filter({ $0 }).count == 1 else {
      throw ValidationError("Give one of a commit, --all and --onto-base.")
    }
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, signing)
    let outcome = try ResolveEdits(in: workspace, moments.settings(of: workspace)).run(
      revision.map { .commit($0) } ?? .all,
      on: ontoBase.map { .newBase(Paths.absolute($0)) } ?? .presentBase,
      refreshing: refreshTargets ? .refresh : .keep, requiring: gate.require,
      message: message.text, tool: Version.tool)
    try console.tell(ResolveView(outcome, branch: workspace.repository.head().branch))
  }
}
