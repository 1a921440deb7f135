internal import ArgumentParser
internal import Workflows

/// Where second moments come from.
struct MomentsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Second moments (default: those of the last 'emend stats').", valueName: "file"),
    completion: .file())
  var stats: String?

  /// The settings of a workspace with them.
  func settings(of workspace: Workspace) -> EditSettings {
    var settings = EditSettings(of: workspace)
    settings.moments = stats
    return settings
  }
}
