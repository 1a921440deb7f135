internal import Checkpoint
package import Editing
internal import Files
internal import Store
package import Transformer

/// Where an edit's hyperparameters, contexts and second moments come from: what the user names, else the
/// repository's settings, else what is known of the model.
package struct EditSettings {
  private let repository: EditRepository
  /// A file of hyperparameters; `emend.hparams` where it is `nil`, then the model's preset.
  package var hyperparameters: String?
  /// A file of context templates; `emend.templates` where it is `nil`, then the model writes them.
  package var templates: String?
  /// A file of second moments; `emend.moments` where it is `nil`.
  package var moments: String?
  /// A directory of targets; the repository's cache where it is `nil`.
  package var targetCache: String?
  /// What the model's own contexts are drawn with.
  package var seed: UInt64 = 0
  /// Memory that one batch of work may take, in bytes.
  package var memory: Int

  /// Settings of a repository, with nothing named.
  package init(of workspace: Workspace) {
    repository = workspace.repository
    memory = workspace.memory
  }

  /// The hyperparameters for a model.
  ///
  /// - Throws: ``EditingError``, ``FileFailure``, ``JSONError``.
  package func memit(for model: DecoderModel) throws -> MEMITHyperparameters {
    var result: MEMITHyperparameters
    if let path = try hyperparameters ?? repository.setting("hparams") {
      let json = try JSONValue(parsing: readFile(path, limit: 1 << 20), file: path)
      result = try MEMITHyperparameters(
        json: json, file: path, layerCount: model.architecture.layerCount)
    } else {
      result = try MEMITHyperparameters.preset(for: model.architecture)
    }
    result.batchBytes = memory
    return result
  }

  /// The context templates: read, or written by the model.
  package func contextTemplates(_ model: DecoderModel, _ tokenizer: BytePairTokenizer) throws
    -> ContextTemplates
  {
    if let path = try templates ?? repository.setting("templates") {
      return try ContextTemplates(json: readFile(path, limit: 1 << 20), file: path)
    }
    return try ContextTemplates(generatedBy: model, tokenizer, seed: seed)
  }

  /// The second moments.
  ///
  /// - Throws: ``WorkflowError/noMoments``.
  package func momentArchive(for model: DecoderModel) throws -> MomentArchive {
    guard let path = try moments ?? repository.setting("moments") else {
      throw WorkflowError.noMoments
    }
    guard try fileKind(at: path) != nil || moments != nil else { throw WorkflowError.noMoments }
    return try MomentArchive(
      path: path, innerWidth: model.architecture.innerWidth,
      cache: repository.location.cacheDirectory)
  }
}
