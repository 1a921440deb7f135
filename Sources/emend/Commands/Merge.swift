internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend merge`
struct Merge: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Join another branch's edits with yours",
    discussion: """
      Edits commute, so a merge without conflict is the union of both sides, whatever the order. A \
      conflict is one (subject, prompt) with two objects: --ours or --theirs says which side's facts \
      stay, --resolve says it fact by fact. Where the base is at hand, the merge also measures how far \
      each batch of one side moves the keys of each batch of the other.

      EXAMPLES:
        emend merge candidate
        emend merge candidate --theirs
        emend merge candidate --conflicts > conflicts.jsonl
        emend merge candidate --resolve conflicts.jsonl
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var gate: GateOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "The revision to merge.")
  var revision: RevisionExpression
  @Option(name: .shortAndLong, help: "The message, a paragraph each time.")
  var message: [CommitMessage] = []
  @OptionGroup var sides: MergeOptions
  @Option(
    help: ArgumentHelp(
      "Which fact of each conflict stays: the lines of --conflicts, 'keep' filled in.",
      valueName: "file"), completion: .file())
  var resolve: String?
  @Flag(help: "Only write the conflicts, one a line; exit with status 1 where there are some.")
  var conflicts = false

  func validate() throws {
    guard [sides.side != nil, resolve != nil, conflicts].filter({ $0 }).count <= 1 else {
      throw ValidationError("Give only one of --ours, --theirs, --resolve and --conflicts.")
    }
    try ValidationError.refuse(
      [
        "--message": !message.isEmpty, "--stats": sides.moments.stats != nil,
        "--require": gate.require != nil,
        "--interference/--no-interference": sides.interference != nil,
        "--sign/--no-sign": signing.sign != nil,
      ], when: conflicts, "with --conflicts")
    try ValidationError.refuse(
      ["--stats": sides.moments.stats != nil], when: sides.side == nil && resolve == nil,
      "without --ours, --theirs or --resolve")
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, signing)
    let merge = MergeBranches(in: workspace, moments: sides.moments.stats)
    if conflicts {
      let found = try merge.conflicts(with: revision)
      try console.show(ConflictsView(found))
      if !found.isEmpty { throw ExitStatus.refused }
      return
    }
    let outcome = try merge.run(
      revision, message: message.text,
      resolution: resolve.map { .file(try ResolutionFile(path: $0)) } ?? sides.resolution,
      requiring: gate.require, measuring: sides.measuring, tool: Version.tool)
    try console.show(MergeView(outcome, workspace.repository))
  }
}
