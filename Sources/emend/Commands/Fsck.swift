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

      EXAMPLE: emend fsck
      """)

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    let repository = try common.openRepository(console, checking: .nothing)
    let report = try CheckRepository(repository).run(progress: console.progress)
    try console.show(FsckView(report))
    if !report.isSound { throw ExitStatus.refused }
  }
}
