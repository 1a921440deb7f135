internal import ArgumentParser
internal import Editing
internal import Evaluation
internal import Workflows

/// What a sweep compares, and how.
struct SweepOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Editors, with commas between them.", valueName: "list"))
  var methods = CommaList<EditMethod>([.memit])
  @Option(
    name: .customLong("n"),
    help: ArgumentHelp(
      "Numbers of edits, with commas between them (default: the paper's 17, from 1 to 10,000, up to "
        + "what the data hold).", valueName: "list"))
  var sizes: CommaList<PositiveNumber>?
  @Option(
    help: ArgumentHelp(
      "Parts, with commas between them: scaling curves, categories by relation, mixes of two relations.",
      valueName: "list"))
  var parts = CommaList(SweepPlan.Part.allCases)
  @Option(
    help: ArgumentHelp(
      "How many records a relation needs for a category, and how many are edited "
        + "(default: \(SweepPlan.paperCases)).", valueName: "n"))
  var minCases: Int?
  @Option(
    name: .customLong("mix"),
    help: ArgumentHelp(
      "Two relations to mix, such as P27,P36 (can be repeated; default: the two with the most records).",
      valueName: "pair"))
  var pairs: [RelationPair] = []
  @Option(
    name: .customLong("hparams"),
    help: ArgumentHelp(
      "A method's hyperparameters (can be repeated; default: the repository's, else the published ones).",
      valueName: "method=file"))
  var hyperparameters: [KeyedFile<EditMethod>] = []
  @Option(
    help: ArgumentHelp(
      "A method's context templates (can be repeated; default: the repository's, else written by the model).",
      valueName: "method=file"))
  var templates: [KeyedFile<EditMethod>] = []
  @OptionGroup var moments: MomentsOption
  @Option(
    help: ArgumentHelp(
      "A MEND editor that 'emend train mend' made (default: the repository's).", valueName: "file"),
    completion: .file())
  var editor: String?
  @Option(
    help: ArgumentHelp("What the model's own contexts are drawn with (default: 0).", valueName: "n")
  )
  var seed: UInt64?

  func validate() throws {
    try ValidationError.requirePositive(["--min-cases": minCases])
    for file in hyperparameters + templates where !methods.elements.contains(file.key) {
      throw ValidationError("\(file.path) is for \(file.key), which --methods does not name.")
    }
    for (name, files) in [("hparams", hyperparameters), ("templates", templates)]
    where Set(files.map(\.key)).count < files.count {
      throw ValidationError("--\(name) takes one file for each method.")
    }
    try refuseIdle()
  }

  private func refuseIdle() throws {
    let named = "with --parts \(parts.defaultValueDescription)"
    try ValidationError.refuse(["--n": sizes != nil], when: parts.elements == [.categories], named)
    try ValidationError.refuse(
      ["--min-cases": minCases != nil], when: !parts.elements.contains(.categories), named)
    try ValidationError.refuse(
      ["--mix": !pairs.isEmpty], when: !parts.elements.contains(.mixes), named)
    let methods = Set(methods.elements)
    try ValidationError.refuse(
      ["--stats": moments.stats != nil], when: methods.isSubset(of: [.ft, .mend]),
      "with --methods \(self.methods.defaultValueDescription)")
    try ValidationError.refuse(
      ["--editor": editor != nil], when: !methods.contains(.mend), "without --methods mend")
    try ValidationError.refuse(
      ["--seed": seed != nil], when: methods == Set(templates.map(\.key)),
      "with --templates for every method")
  }

  /// The settings of each editor.
  func settings(of workspace: Workspace) -> [EditSettings] {
    methods.elements.map { method in
      var settings = EditSettings(of: workspace)
      settings.method = method
      settings.hyperparameters = hyperparameters.first { $0.key == method }?.path
      settings.templates = templates.first { $0.key == method }?.path
      settings.moments = moments.stats
      settings.mendEditor = editor
      settings.seed = seed
      return settings
    }
  }

  /// The jobs over some records.
  func plan(_ data: EvaluationData) throws -> SweepPlan {
    try SweepPlan(
      data, sizes: sizes?.elements.map(\.value), parts: Set(parts.elements),
      minCases: minCases ?? SweepPlan.paperCases,
      pairs: pairs.isEmpty ? nil : pairs.map(\.relations))
  }
}

/// Two relations, written with a comma between them.
struct RelationPair: ExpressibleByArgument {
  let relations: [String]

  init?(argument: String) {
    relations = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard relations.count == 2, relations[0] != relations[1],
      relations.allSatisfy({ !$0.isEmpty })
    else { return nil }
  }
}

extension SweepPlan.Part: ExpressibleByArgument {}
