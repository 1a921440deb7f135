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
        emend merge candidate --ff-only
        emend merge candidate --theirs
        emend merge candidate --conflicts > conflicts.jsonl
        emend merge candidate --resolve conflicts.jsonl
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "The revision to merge.")
  var revision: RevisionExpression
  @OptionGroup var sides: MergeOptions
  @Flag(help: "Only write the conflicts, one a line; exit with status 1 where there are some.")
  var conflicts = false

  func validate() throws {
    try sides.check(onlyConflicts: conflicts)
    try ValidationError.refuse(
      ["--require": sides.gate.require != nil, "--ff/--ff-only": sides.forward != nil],
      when: conflicts, "with --conflicts")
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, sides.signing)
    let merge = MergeBranches(in: workspace, moments: sides.moments.stats)
    if conflicts {
      let found = try merge.conflicts(with: revision)
      try console.show(ConflictsView(found))
      if !found.isEmpty { throw ExitStatus.refused }
      return
    }
    let outcome = try merge.run(
      revision, message: sides.message.text, resolution: sides.resolution(),
      forward: sides.forward?.rule, requiring: sides.gate.require, measuring: sides.measuring,
      tool: Version.tool)
    try console.tell(MergeView(outcome, workspace.repository))
  }
}
