internal import ArgumentParser
internal import Editing
internal import Evaluation
internal import Workflows

/// What a sweep compares, and how.
struct SweepOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Editors, with commas between them.", valueName: "list"))
  var methods = MethodList.standard
  @Option(
    name: .customLong("n"),
    help: ArgumentHelp(
      "Numbers of edits, with commas between them (default: the paper's 17, from 1 to 10,000, up to "
        + "what the data hold).", valueName: "list"))
  var sizes: SizeList?
  @Option(
    help: ArgumentHelp(
      "Parts, with commas between them: scaling curves, categories by relation, mixes of two relations.",
      valueName: "list"))
  var parts = PartList.all
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
  var hyperparameters: [MethodFile] = []
  @Option(
    help: ArgumentHelp(
      "A method's context templates (can be repeated; default: the repository's, else written by the model).",
      valueName: "method=file"))
  var templates: [MethodFile] = []
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
    if let minCases, minCases < 1 {
      throw ValidationError("--min-cases takes a number from 1, not \(minCases).")
    }
    for file in hyperparameters + templates where !methods.methods.contains(file.method) {
      throw ValidationError("\(file.path) is for \(file.method), which --methods does not name.")
    }
    try refuseIdle()
  }

  private func refuseIdle() throws {
    let named = "with --parts \(parts.defaultValueDescription)"
    try ValidationError.refuse(["--n": sizes != nil], when: parts.parts == [.categories], named)
    try ValidationError.refuse(
      ["--min-cases": minCases != nil], when: !parts.parts.contains(.categories), named)
    try ValidationError.refuse(
      ["--mix": !pairs.isEmpty], when: !parts.parts.contains(.mixes), named)
    let methods = Set(methods.methods)
    try ValidationError.refuse(
      ["--stats": moments.stats != nil], when: methods.isSubset(of: [.ft, .mend]),
      "with --methods \(self.methods.defaultValueDescription)")
    try ValidationError.refuse(
      ["--editor": editor != nil], when: !methods.contains(.mend), "without --methods mend")
    try ValidationError.refuse(
      ["--seed": seed != nil], when: methods == Set(templates.map(\.method)),
      "with --templates for every method")
  }

  /// The settings of each editor.
  func settings(of workspace: Workspace) -> [EditSettings] {
    methods.methods.map { method in
      var settings = EditSettings(of: workspace)
      settings.method = method
      settings.hyperparameters = hyperparameters.last { $0.method == method }?.path
      settings.templates = templates.last { $0.method == method }?.path
      settings.moments = moments.stats
      settings.mendEditor = editor
      settings.seed = seed ?? 0
      return settings
    }
  }

  /// The jobs over some records.
  func plan(_ data: EvaluationData) throws -> SweepPlan {
    try SweepPlan(
      data, sizes: sizes?.sizes, parts: Set(parts.parts),
      minCases: minCases ?? SweepPlan.paperCases,
      pairs: pairs.isEmpty ? nil : pairs.map(\.relations))
  }
}

/// Editors, written with commas between them.
struct MethodList: ExpressibleByArgument {
  let methods: [EditMethod]

  /// MEMIT alone.
  static let standard = MethodList(methods: [.memit])

  private init(methods: [EditMethod]) { self.methods = methods }

  init?(argument: String) {
    let found = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      EditMethod(rawValue: String($0))
    }
    let methods = found.compactMap { $0 }
    guard methods.count == found.count, Set(methods).count == methods.count else { return nil }
    self.methods = methods
  }

  var defaultValueDescription: String { methods.map(\.rawValue).joined(separator: ",") }
  static var allValueStrings: [String] { EditMethod.allCases.map(\.rawValue) }
}

/// Numbers of edits, written with commas between them.
struct SizeList: ExpressibleByArgument {
  let sizes: [Int]

  init?(argument: String) {
    let found = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    sizes = found.compactMap { $0 }
    guard sizes.count == found.count, sizes.allSatisfy({ $0 > 0 }) else { return nil }
  }
}

/// Parts of a sweep, written with commas between them.
struct PartList: ExpressibleByArgument {
  let parts: [SweepPlan.Part]

  /// Everything.
  static let all = PartList(parts: SweepPlan.Part.allCases)

  private init(parts: [SweepPlan.Part]) { self.parts = parts }

  init?(argument: String) {
    let found = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      SweepPlan.Part(rawValue: String($0))
    }
    parts = found.compactMap { $0 }
    guard parts.count == found.count else { return nil }
  }

  var defaultValueDescription: String { parts.map(\.rawValue).joined(separator: ",") }
  static var allValueStrings: [String] { SweepPlan.Part.allCases.map(\.rawValue) }
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

/// A method and a file, written `method=file`.
struct MethodFile: ExpressibleByArgument {
  let method: EditMethod
  let path: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let method = EditMethod(rawValue: String(parts[0])) else { return nil }
    self.method = method
    path = String(parts[1])
  }
}
