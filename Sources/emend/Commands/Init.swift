internal import ArgumentParser
internal import FoundationEssentials
internal import Store
internal import Workflows

/// `emend init`
struct Init: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Create a repository for the edits of a checkpoint",
    discussion: """
      Reads every byte of the base once to fingerprint it; the base itself is never written to and \
      never stored.

      EXAMPLE: emend init --base models/gpt-j-6b
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var threading: ThreadOptions
  @Option(
    help: ArgumentHelp("The base: a Hugging Face checkpoint directory.", valueName: "dir"),
    completion: .directory)
  var base: String
  @Option(
    help: ArgumentHelp("What to call the base (default: its directory's name).", valueName: "name"))
  var name: String?
  @Option(
    help: ArgumentHelp("Hyperparameters for this repository's edits.", valueName: "file"),
    completion: .file())
  var hparams: String?
  @Option(
    help: ArgumentHelp("Context templates for this repository's edits.", valueName: "file"),
    completion: .file())
  var templates: String?
  @Argument(help: "The directory that gets the repository.", completion: .directory)
  var directory = "."

  func validate() throws { try common.refuseRepository() }

  func run(on console: Console) throws {
    let path = Paths.absolute(base)
    var settings = InitialiseRepository.Settings()
    settings.hyperparameters = hparams.map(Paths.absolute)
    settings.templates = templates.map(Paths.absolute)
    let outcome = try InitialiseRepository().run(
      in: Paths.absolute(directory), basePath: path,
      named: name ?? URL(filePath: path).lastPathComponent, settings: settings,
      GitEnvironment(variables: console.environment), threads: threading.threadCount,
      progress: console.progress)
    try console.tell(InitView(outcome))
  }
}
