internal import ArgumentParser
internal import Workflows

/// `emend apply`
struct Apply: EmendCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the checkpoint of a revision",
    discussion: """
      Bytes that no edit touches are copied as they are. The directory appears whole or not at all.

      EXAMPLES:
        emend apply --output edited/
        emend apply v1.2 --dry-run
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "The revision.")
  var revision = RevisionArgument.head
  @Option(name: .shortAndLong, help: ArgumentHelp("The directory to make.", valueName: "dir"))
  var output: String?
  @Flag(
    name: .customLong("dry-run"), help: "Write nothing; show the digests of what would be written.")
  var isDryRun = false
  @Flag(help: "Read every byte of the base against its fingerprint first.")
  var verify = false

  func validate() throws {
    guard (output != nil) != isDryRun else {
      throw ValidationError("Give either --output DIR or --dry-run.")
    }
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let outcome = try ApplyRevision(in: workspace).run(
      workspace.stack(at: revision.revision), output: output.map(Paths.absolute),
      check: verify ? .everyByte : .stamp)
    try console.show(ApplyView(outcome, output: output))
  }
}
