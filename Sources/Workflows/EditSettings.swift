internal import Checkpoint
package import Editing
internal import Files
internal import Store
package import Transformer

/// Where an edit's hyperparameters, contexts and second moments come from: what the user names, else the
/// repository's settings, else what is known of the model.
package struct EditSettings {
  private let workspace: Workspace
  private var repository: EditRepository { workspace.repository }
  /// The editor.
  package var method = EditMethod.memit
  /// A file of hyperparameters under the method's authors' key names; `emend.hparams` (of MEMIT) or
  /// `emend.<method>.hparams` where it is `nil`, then the model's preset.
  package var hyperparameters: String?
  /// A file of context templates; `emend.templates` (of ROME, `emend.rome.templates`) where it is `nil`, then the
  /// model writes them.
  package var templates: String?
  /// A file of second moments; `emend.moments` where it is `nil`.
  package var moments: String?
  /// What an edit that is solved again records of its second moments: those are taken where `moments` names none and the
  /// cache has them.
  var earlierMoments: [EditDescription.Statistics] = []
  /// A directory of targets; the repository's cache where it is `nil`.
  package var targetCache: String?
  /// A file of a trained MEND editor; `emend.mend.editor` where it is `nil`.
  package var mendEditor: String?
  /// What the model's own contexts are drawn with; 0 where it is `nil`.
  package var seed: UInt64?
  /// Settings of a repository, with nothing named.
  package init(of workspace: Workspace) { self.workspace = workspace }

  /// Everything that a batch's solution depends on besides facts and state.
  ///
  /// - Parameters:
  ///   - facts: how many are solved at once.
  ///   - rules: how, where the method leaves a choice.
  /// - Throws: ``EditingError``, ``FileFailure``, ``JSONError``,
  ///   ``WorkflowError/ruleNotOfMethod(rule:method:)``.
  func recipe(
    for model: DecoderModel, facts: Int, on state: SolveState, _ rules: SolveRules,
    precision: Double = 1, tool: String = ""
  ) throws -> SolveRecipe {
    let rules = try rules.settled(for: method)
    let hyperparameters = try editHyperparameters(
      for: model, facts: facts, protecting: state.protectedCount(rules))
    return SolveRecipe(
      hyperparameters: hyperparameters,
      templates: try contextTemplates(for: hyperparameters, model), rules: rules,
      precision: precision, tool: tool)
  }

  /// The method's hyperparameters for a model, with the memory that its requests may take.
  private func editHyperparameters(
    for model: DecoderModel, facts: Int, protecting protected: Int
  ) throws -> EditHyperparameters {
    var result = try named(for: model)
    result.batchBytes = try MemoryPlan(limit: workspace.memory, model)
      .batchBytes(
        for: result, facts: facts, protecting: protected,
        perUpdate: model.architecture.encodingBytes(facts: facts))
    if case .mend(var use) = result, use.editor == nil {
      use.editor = try Digest(ofFile: mendEditorPath())
      result = .mend(use)
    }
    return result
  }

  /// The trained MEND editor for a base.
  ///
  /// - Throws: ``MENDError``: none was named, it is another than the one wanted, or another model's.
  func mendEditor(_ use: MENDSettings, for model: DecoderModel, of base: BaseBinding) throws
    -> MENDFile
  {
    let path = try mendEditorPath()
    let file = try MENDFile(
      path: path, for: model.architecture, trainedFor: base.manifest.identity)
    if let expected = use.editor, expected != file.digest {
      throw MENDError.otherEditor(
        file: path, found: file.digest.hexadecimal, expected: expected.hexadecimal)
    }
    return file
  }

  private func mendEditorPath() throws -> String {
    guard let path = try self.path(mendEditor, orOf: "mend.editor") else {
      throw MENDError.noEditor
    }
    return path
  }

  /// The path that was given or that a setting has.
  ///
  /// - Throws: ``SettingError/fileGone(_:path:)``: nobody typed that path now.
  private func path(_ given: String?, orOf setting: String) throws -> String? {
    if let given { return given }
    guard let path = try repository.setting(setting) else { return nil }
    guard try fileKind(at: path) != nil else {
      throw SettingError.fileGone(setting, path: path)
    }
    return path
  }

  /// The layers whose second moments the method's solve uses.
  ///
  /// - Throws: as above, and ``WorkflowError/usesNoMoments(method:)``.
  package func momentLayers(for model: DecoderModel) throws -> [Int] {
    let layers = try named(for: model).momentLayers
    guard !layers.isEmpty else { throw WorkflowError.usesNoMoments(method: method.rawValue) }
    return layers
  }

  private func named(for model: DecoderModel) throws -> EditHyperparameters {
    let setting = method == .memit ? "hparams" : "\(method.rawValue).hparams"
    guard let path = try path(hyperparameters, orOf: setting) else {
      return try EditHyperparameters.preset(of: method, for: model.architecture)
    }
    let json = try JSONValue(parsing: readFile(path, limit: 1 << 20), file: path)
    return try EditHyperparameters(of: method, json: json, file: path, for: model.architecture)
  }

  /// The context templates of a method with its hyperparameters: read, or written by the model.
  private func contextTemplates(
    for hyperparameters: EditHyperparameters, _ model: DecoderModel
  ) throws -> ContextTemplates {
    if let path = try path(templates, orOf: templateSetting) {
      return try ContextTemplates(json: readFile(path, limit: 1 << 20), file: path)
    }
    let tokenizer = try workspace.tokenizer()
    switch hyperparameters {
    case .memit, .alphaEdit, .ft, .mend:
      return try ContextTemplates(generatedBy: model, tokenizer, seed: seed ?? 0)
    case .rome(let values):
      return try ContextTemplates(fromNothingBy: model, tokenizer, values.contexts, seed: seed ?? 0)
    }
  }

  private var templateSetting: String { method == .rome ? "rome.templates" : "templates" }

  /// Refuses a seed that no method draws its contexts with: all have theirs from files.
  ///
  /// - Throws: ``WorkflowError/idleOption(_:circumstance:)``.
  static func checkSeed(of methods: [EditSettings]) throws {
    guard methods.contains(where: { $0.seed != nil }) else { return }
    for settings in methods {
      let path = try settings.templates ?? settings.repository.setting(settings.templateSetting)
      if path == nil { return }
    }
    throw WorkflowError.idleOption(
      "--seed", circumstance: "with the repository's context templates")
  }

  /// The second moments, for a method that uses some. A repository's file that is gone counts as none.
  ///
  /// - Parameter base: whose moments they must be; `HEAD`'s where it is `nil`.
  func secondMoments(
    for model: DecoderModel, of base: BaseBinding? = nil
  ) throws -> ConfiguredMoments {
    ConfiguredMoments(
      path: try momentPath(), innerWidth: model.architecture.innerWidth,
      base: try (base ?? workspace.base()).manifest,
      cache: repository.location.cacheDirectory, notes: workspace.progress,
      isChosen: moments != nil
    ).preferring(earlierMoments)
  }

  /// Refuses second moments that were named for edits to be solved again, of which none was solved with any.
  ///
  /// - Throws: ``WorkflowError/idleOption(_:circumstance:)``.
  func checkMoments(for edits: [StoredEdit]) throws(WorkflowError) {
    let solved = edits.map(\.manifest.description).filter { $0.provenance == .computed }
    guard moments != nil, !solved.isEmpty, !solved.contains(where: \.solvedWithMoments) else {
      return
    }
    throw .idleOption("--stats", circumstance: "where no edit was solved with second moments")
  }

  /// The file or directory of second moments; `nil` where none is named or what the repository names is gone.
  private func momentPath() throws -> String? {
    if let moments { return moments }
    guard let known = try repository.setting("moments") else { return nil }
    let path =
      Digest(hexadecimal: known).map {
        MomentDirectory.path(of: $0, in: repository.location.cacheDirectory)
      } ?? known
    switch try fileKind(at: path) {
    case nil: return nil
    case .directory: return try listDirectory(path).isEmpty ? nil : path
    default: return path
    }
  }

  /// Where targets are kept.
  var targetDirectory: String { targetCache ?? repository.location.cacheDirectory }
}

extension EditDescription {
  /// Whether the edit was computed here, by a method that finds targets.
  var hasOwnTargets: Bool {
    provenance == .computed && EditMethod(rawValue: method)?.keepsTargets == true
  }
  /// Whether the edit was computed here, with second moments.
  var solvedWithMoments: Bool { provenance == .computed && !statistics.isEmpty }
}
