internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend clone`
struct Clone: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "clone",
    abstract: "Copy a repository from elsewhere",
    discussion: """
      Brings all branches, tags, notes and shared settings, and verifies every byte before the copy \
      appears. The checkpoint is not part of it: 'emend base set DIR' says where yours is.

      EXAMPLES:
        emend clone https://example.org/team/model.git
        emend clone git@example.org:team/model.git mine
        emend clone ../colleague/model
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "A path, host:path, or a URL.", completion: .directory)
  var address: String
  @Argument(
    help: "The directory that gets .emend (default: named after the other one).",
    completion: .directory)
  var directory: String?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Be on this branch (default: the other's).", valueName: "name"))
  var branch: String?
  @Option(
    name: .shortAndLong, help: ArgumentHelp("What the other one is called.", valueName: "name"))
  var origin = "origin"
  @Flag(help: "Leave notes and shared settings out.")
  var noNotes = false

  func validate() throws { try common.refuseRepository() }

  func run(on console: Console) throws {
    let outcome = try TransferEdits.clone(
      address, into: directory.map(Paths.absolute), remoteName: origin, branch: branch,
      noNotes ? .leftOut : .included, from: Paths.workingDirectory,
      GitEnvironment(variables: console.environment), progress: console.progress)
    try console.tell(CloneView(outcome))
  }
}
