internal import Checkpoint
package import Editing
internal import Files
internal import Store
internal import Transformer

/// Trains a MEND editor for the base of a workspace: `emend train mend`.
package struct TrainMEND {
  /// What was trained.
  package struct Outcome: Sendable {
    /// The editor's file.
    package let path: String
    /// Its SHA-256.
    package let digest: String
    /// Bytes of it.
    package let byteCount: Int
    /// The edited matrices.
    package let matrices: [String]
    /// Numbers that were learned.
    package let parameterCount: Int
    /// Facts trained on and validated with.
    package let trainingFacts, validationFacts: Int
    /// Prompts about other subjects that were trained on as edits of their own.
    package let neighbourEdits: Int
    /// Edits that an interrupted training had made already.
    package let resumedFrom: Int
    /// How it went.
    package let training: MENDTrainer.Outcome
  }

  /// What to train on.
  package struct Facts: Sendable {
    /// Files of facts, with prompts about other subjects.
    package let training: [String]
    /// Files of facts to validate with; where there are none, some of the training facts.
    package let validation: [String]
    /// How many facts at the end are validated with instead; `nil` for a tenth.
    package let heldOut: Int?

    /// Names files.
    package init(training: [String], validation: [String], heldOut: Int?) {
      self.training = training
      self.validation = validation
      self.heldOut = heldOut
    }
  }

  private let workspace: Workspace

  /// Trains on the unedited base.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Trains, writes the editor and makes it the repository's.
  ///
  /// While it runs, its state lies beside the editor as `<output>.training`: an interrupted run goes on from
  /// there and ends with the same bytes.
  /// - Parameters:
  ///   - output: an absolute path.
  ///   - hyperparameters: a file; the released values where it is `nil`.
  ///   - restart: whether a state that is there is thrown away.
  /// - Throws: ``MENDError``, ``FactsFileError``, ``EditingError``, ``FileFailure``, what the base throws.
  package func run(
    _ facts: Facts, hyperparameters path: String?, output: String, restart: Bool
  ) throws -> Outcome {
    // Hours of training would be for nothing where it cannot be written.
    _ = try AtomicFile(replacing: output)
    let base = try workspace.base()
    let model = try workspace.baseModel()
    let hyperparameters = try hyperparameters(path, for: model)
    let (training, validation) = try cases(of: facts)
    let recipe = MENDTrainingState.Recipe(
      model: base.manifest.identity, training: training, validation: validation)
    let statePath = output + ".training"
    if restart, try fileKind(at: statePath) == .regular { try removeTree(statePath) }
    let trainer = try MENDTrainer(
      model, workspace.tokenizer(), hyperparameters, training: training, validation: validation,
      file: facts.training[0], plan: MemoryPlan(limit: workspace.memory, model),
      progress: workspace.progress)
    let (resumedFrom, outcome) = try MENDTrainingState.train(
      trainer, recipe, keptAt: statePath, progress: workspace.progress)
    try MENDFile.write(
      trainer.network, hyperparameters, trainedFor: recipe.model,
      metadata: [
        "training": recipe.training.hexadecimal, "validation": recipe.validation.hexadecimal,
        "edits": "\(outcome.best.edits)", "validation_loss": "\(outcome.best.total)",
      ], to: output)
    if try fileKind(at: statePath) == .regular { try removeTree(statePath) }
    try workspace.repository.set("mend.editor", to: output)
    let file = try MappedFile(path: output)
    return Outcome(
      path: output, digest: file.withBytes { Digest(of: $0) }.hexadecimal,
      byteCount: file.bytes.count, matrices: trainer.network.matrices.map(\.name),
      parameterCount: trainer.network.parameterCount, trainingFacts: training.count,
      validationFacts: validation.count,
      neighbourEdits: trainer.trainingRecords - training.count, resumedFrom: resumedFrom,
      training: outcome)
  }

  private func hyperparameters(_ path: String?, for model: DecoderModel) throws
    -> MENDHyperparameters
  {
    guard let path else { return MENDHyperparameters(for: model.architecture) }
    let json = try JSONValue(parsing: readFile(path, limit: 1 << 20), file: path)
    return try MENDHyperparameters(json: json, file: path, for: model.architecture)
  }

  /// Facts may contradict each other: each is an edit of its own.
  private func cases(of facts: Facts) throws -> (training: [FactCase], validation: [FactCase]) {
    let all = try facts.training.flatMap { try FactsFile(path: $0).cases }
    guard facts.validation.isEmpty else {
      return (all, try facts.validation.flatMap { try FactsFile(path: $0).cases })
    }
    let held = min(facts.heldOut ?? max(1, all.count / 10), all.count)
    return (Array(all.dropLast(held)), Array(all.suffix(held)))
  }
}
