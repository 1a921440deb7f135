internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend base`
struct Base: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "base", abstract: "Show or name the checkpoint that edits start from",
    discussion: """
      Without a directory, shows what the repository knows of its base. With one, verifies every byte \
      of it against the fingerprint and remembers where it is: after a clone, or when the base moved.

      EXAMPLE: emend base models/gpt-j-6b
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "The checkpoint directory.")
  var directory: String?

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let base = try repository.stack(at: repository.head().commit).base()
    if let directory {
      try BaseBinding.bind(
        repository, to: Paths.absolute(directory), base, threads: compute.threadCount,
        progress: console.progress)
    }
    try console.show(BaseView(base, path: repository.baseDirectory()))
  }
}
