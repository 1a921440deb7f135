internal import Checkpoint
package import Diagnostics
internal import Editing
internal import Files
internal import LinearAlgebra
package import Store
internal import Transformer

/// Makes a repository for the edits of a checkpoint: `emend init`.
package struct InitialiseRepository {
  /// What was made.
  package struct Outcome {
    /// The repository.
    package let repository: EditRepository
    /// The base as recorded.
    package let base: BaseManifest
    /// Bytes of its tensors.
    package let byteCount: Int
  }

  /// Files that a repository's edits use unless others are named; absolute paths.
  package struct Settings: Sendable {
    /// Hyperparameters.
    package var hyperparameters: String?
    /// Context templates.
    package var templates: String?

    /// None.
    package init() {}

    var files: [(setting: String, path: String)] {
      [("hparams", hyperparameters), ("templates", templates)].compactMap { setting, path in
        path.map { (setting, $0) }
      }
    }

    func check(for model: ModelArchitecture) throws {
      if let hyperparameters {
        _ = try EditHyperparameters(
          of: .memit,
          json: JSONValue(
            parsing: readFile(hyperparameters, limit: 1 << 20), file: hyperparameters),
          file: hyperparameters, for: model)
      }
      if let templates {
        _ = try ContextTemplates(json: readFile(templates, limit: 1 << 20), file: templates)
      }
    }
  }

  /// The verb.
  package init() {}

  /// Fingerprints a base and creates the repository beside the user's files.
  ///
  /// The model is opened first: an architecture or a tokenizer that cannot be edited is refused before
  /// gigabytes are read.
  /// - Parameters:
  ///   - directory: gets the `.emend` directory.
  ///   - basePath: an absolute path of the checkpoint.
  ///   - name: what a person calls the base.
  ///   - settings: files for the edits to come; they are read now, so that none is remembered that
  ///     cannot be used.
  /// - Throws: what the files, the checkpoint, the model, the tokenizer and the store throw.
  package func run(
    in directory: String, basePath: String, named name: String, settings: Settings = Settings(),
    _ environment: GitEnvironment, threads: Int, progress: some ProgressSink
  ) throws -> Outcome {
    try EditRepository.checkVacancy(in: directory, environment)
    let (checkpoint, model) = try BaseBinding.editableCheckpoint(
      at: basePath, workers: Workers(threads))
    try settings.check(for: model)
    let base = try BaseManifest(
      measuring: checkpoint, model, threads: threads, progress: progress)
    let repository = try EditRepository.create(in: directory, base: base, named: name, environment)
    {
      try BaseBinding.remember(checkpoint, of: base.fingerprint, in: $0)
      for (setting, path) in settings.files { try $0.set(setting, to: path) }
    }
    return Outcome(
      repository: repository, base: base, byteCount: checkpoint.tensorByteCount)
  }
}
