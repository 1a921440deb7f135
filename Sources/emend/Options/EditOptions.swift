internal import ArgumentParser
internal import Editing
internal import Workflows

/// Which editor, with which hyperparameters.
struct MethodOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The editor.", valueName: "method"))
  var method = EditMethod.memit
  @Option(
    help: ArgumentHelp(
      "The method's hyperparameters, under its authors' key names (default: the repository's, else the "
        + "published ones for the model).", valueName: "file"), completion: .file())
  var hparams: String?

  /// The settings of a workspace with what was named.
  func settings(of workspace: Workspace) -> EditSettings {
    var settings = EditSettings(of: workspace)
    settings.method = method
    settings.hyperparameters = hparams
    return settings
  }
}

/// Where the targets of an edit come from.
struct TargetOptions: ParsableArguments {
  @OptionGroup var editing: MethodOptions
  @Option(
    help: ArgumentHelp(
      "Context templates: a JSON list of lists (default: the repository's, else written by the model).",
      valueName: "file"), completion: .file())
  var templates: String?
  @Option(
    help: ArgumentHelp(
      "A directory of targets to use and to add to (default: the repository's cache).",
      valueName: "dir"), completion: .directory)
  var cache: String?
  @Option(
    help: ArgumentHelp("What the model's own contexts are drawn with (default: 0).", valueName: "n")
  )
  var seed: UInt64?

  func validate() throws {
    try ValidationError.refuse(["--seed": seed != nil], when: templates != nil, "with --templates")
    guard cache == nil || editing.method.keepsTargets else {
      throw ValidationError("--cache is for methods with targets, which \(editing.method) has not.")
    }
  }

  /// The settings of a workspace with what was named.
  func settings(of workspace: Workspace) -> EditSettings {
    var settings = editing.settings(of: workspace)
    settings.templates = templates
    settings.targetCache = cache
    settings.seed = seed
    return settings
  }
}

/// Where the ingredients of an edit come from.
struct EditOptions: ParsableArguments {
  @OptionGroup var targets: TargetOptions
  @OptionGroup var moments: MomentsOption
  @Option(
    help: ArgumentHelp(
      "A MEND editor that 'emend train mend' made (default: the repository's).",
      valueName: "file"), completion: .file())
  var editor: String?

  func validate() throws {
    let method = targets.editing.method
    guard editor == nil || method == .mend else {
      throw ValidationError("--editor is for --method mend.")
    }
    guard moments.stats == nil || method != .ft && method != .mend else {
      throw ValidationError(
        "--stats is for methods that solve with second moments, not for \(method).")
    }
  }

  /// The settings of a workspace with what was named.
  func settings(of workspace: Workspace) -> EditSettings {
    var settings = targets.settings(of: workspace)
    settings.moments = moments.stats
    settings.mendEditor = editor
    return settings
  }
}

extension EditMethod: ExpressibleByArgument {}
