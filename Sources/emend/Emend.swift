internal import ArgumentParser

/// The root of the command line.
struct Emend: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emend",
    abstract: "Version control for edited language models",
    discussion: """
      Each batch of knowledge edits is a commit of compressed low-rank weight deltas in an \
      ordinary Git repository.

      EXAMPLES:
        emend init --base models/gpt-j-6b
        emend commit facts.jsonl -m "Offices moved in May"
        emend diff HEAD~1 HEAD
        emend apply --output edited/
        emend revert HEAD~1

      Exit status: 0 done; 1 there are differences, or a check failed or refused; 2 wrong usage or \
      input that cannot be used.
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "START", subcommands: [Init.self, Base.self, Stats.self, Train.self, Demo.self]),
      CommandGroup(
        name: "EDIT",
        subcommands: [
          Commit.self, Import.self, Targets.self, Revert.self, Resolve.self, CherryPick.self,
          Merge.self,
        ]),
      CommandGroup(
        name: "LOOK",
        subcommands: [
          Status.self, Log.self, Show.self, Facts.self, Blame.self, Bisect.self, Diff.self,
          Generate.self, Eval.self, SweepCommand.self, Measure.self,
        ]),
      CommandGroup(
        name: "BRANCH", subcommands: [BranchCommand.self, Switch.self, Tag.self, Reset.self]),
      CommandGroup(
        name: "TAKE BACK", subcommands: [Undo.self, Redo.self, Operations.self, Reflog.self]),
      CommandGroup(name: "HAND ON", subcommands: [Apply.self]),
      CommandGroup(
        name: "SHARE",
        subcommands: [Clone.self, RemoteCommand.self, Fetch.self, Pull.self, Push.self]),
      CommandGroup(
        name: "CARE",
        subcommands: [
          Fsck.self, AuditCommand.self, GarbageCollection.self, Cache.self, ConfigCommand.self,
        ]),
    ])

  /// What parsing errors begin with; as in all other messages.
  static var _errorLabel: String { "error" }
}
