internal import ArgumentParser
internal import Editing
internal import Workflows

/// Where the ingredients of an edit come from.
struct EditOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The editor.", valueName: "method"))
  var method = EditMethod.memit
  @Option(
    help: ArgumentHelp(
      "The method's hyperparameters, under its authors' key names (default: the repository's, else the "
        + "published ones for the model).", valueName: "file"), completion: .file())
  var hparams: String?
  @Option(
    help: ArgumentHelp(
      "Context templates: a JSON list of lists (default: the repository's, else written by the model).",
      valueName: "file"), completion: .file())
  var templates: String?
  @Option(
    help: ArgumentHelp(
      "Second moments (default: those of the last 'emend stats').", valueName: "file"),
    completion: .file())
  var stats: String?
  @Option(
    help: ArgumentHelp(
      "A MEND editor that 'emend train mend' made (default: the repository's).",
      valueName: "file"), completion: .file())
  var editor: String?
  @Option(
    help: ArgumentHelp(
      "A directory of targets to use and to add to (default: the repository's cache).",
      valueName: "dir"), completion: .directory)
  var cache: String?
  @Option(help: ArgumentHelp("What the model's own contexts are drawn with.", valueName: "n"))
  var seed: UInt64 = 0

  /// The settings of a workspace with what was named.
  func settings(of workspace: Workspace) -> EditSettings {
    var settings = EditSettings(of: workspace)
    settings.method = method
    settings.hyperparameters = hparams
    settings.templates = templates
    settings.moments = stats
    settings.mendEditor = editor
    settings.targetCache = cache
    settings.seed = seed
    return settings
  }
}

extension EditMethod: ExpressibleByArgument {}
extension StopRule: ExpressibleByArgument {}
extension SameSubject: ExpressibleByArgument {}
extension DocumentBoundary: ExpressibleByArgument {}
