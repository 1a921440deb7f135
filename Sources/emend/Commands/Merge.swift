internal import ArgumentParser
internal import Workflows

/// `emend merge`
struct Merge: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Join another branch's edits with yours",
    discussion: """
      Edits commute, so a merge without conflict is the union of both sides, whatever the order. A \
      conflict is one (subject, prompt) with two objects: --ours or --theirs says which side's fact stays.

      EXAMPLES:
        emend merge candidate
        emend merge candidate --theirs
      """)

  enum Side: String, EnumerableFlag {
    case ours
    case theirs

    static func help(for value: Side) -> ArgumentHelp? {
      switch value {
      case .ours: "Where facts conflict, keep those of this branch."
      case .theirs: "Where facts conflict, keep those of the other."
      }
    }
  }

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "The revision to merge.")
  var revision: RevisionArgument
  @Option(name: .shortAndLong, help: "The message.")
  var message: String?
  @Flag(exclusivity: .exclusive) var side: Side?
  @Option(help: ArgumentHelp("Second moments, where a batch is solved again.", valueName: "file"))
  var stats: String?

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let resolution: MergeBranches.Resolution =
      switch side {
      case nil: .refuse
      case .ours: .ours
      case .theirs: .theirs
      }
    let outcome = try MergeBranches(in: workspace, moments: stats).run(
      revision.revision, message: message, resolution: resolution, tool: "emend \(Version.text)")
    try console.show(RecordedView(outcome.map { [$0] } ?? [], workspace.repository))
  }
}
