internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend fsck`
struct Fsck: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "fsck", abstract: "Verify every byte of the repository",
    discussion: """
      Every object, every SHA-256, every id and every payload that any branch or tag reaches. Damage is \
      named with the commits that need it; the exit status is then 1.

      With revisions, these alone: a commit with all that it builds on, a range without what its \
      beginning has. A server's pre-receive hook checks what was pushed this way.

      EXAMPLES:
        emend fsck
        emend fsck main..candidate
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "Commits and ranges to verify, instead of everything.")
  var revisions: [RevisionExpression] = []

  func run(on console: Console) throws {
    let repository = try common.openRepository(console, checking: .nothing)
    let check = CheckRepository(repository)
    let report =
      revisions.isEmpty
      ? try check.run(progress: console.progress)
      : try check.run(only: revisions, progress: console.progress)
    try console.show(FsckView(report))
    if !report.isSound { throw ExitStatus.refused }
  }
}
