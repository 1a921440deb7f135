internal import ArgumentParser
internal import Workflows

/// Where second moments come from.
struct MomentsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file or directory of second moments (default: of the last 'emend stats'; of an edit that "
        + "is solved again, its own).", valueName: "path"),
    completion: .file())
  var stats: String?

  /// The settings of a workspace with them.
  func settings(of workspace: Workspace) -> EditSettings {
    var settings = EditSettings(of: workspace)
    settings.moments = stats
    return settings
  }
}
