internal import Checkpoint
package import Diagnostics
internal import Editing
internal import Evaluation
internal import Files
package import LinearAlgebra
package import Store
package import Transformer

/// A repository with its base, and the means to run the model at any revision.
///
/// Belongs to one thread, as its repository does.
package final class Workspace {
  /// The repository.
  package let repository: EditRepository
  /// Threads that computations use.
  package let workers: Workers
  /// Memory that the work may take, in bytes.
  package let memory: Int
  /// Hears how far the work is.
  package let progress: any ProgressSink
  /// The bases that were opened, by fingerprint.
  private var opened: [Digest: BaseBinding] = [:]
  private var tokenizers: [Digest: BytePairTokenizer] = [:]
  /// The base that everything runs on, whatever a stack says; `nil` for each stack's own.
  private var chosenBase: BaseBinding?

  /// Opens nothing but the repository; the base is opened when it is first needed.
  package init(
    _ repository: EditRepository, workers: Workers, memory: Int, progress: any ProgressSink
  ) {
    self.repository = repository
    self.workers = workers
    self.memory = memory
    self.progress = progress
  }

  /// The same repository on another base, which was measured.
  func onto(_ base: BaseBinding) -> Workspace {
    let moved = Workspace(repository, workers: workers, memory: memory, progress: progress)
    moved.chosenBase = base
    return moved
  }

  /// The base of `HEAD`'s stack, verified by its stamp.
  ///
  /// - Throws: what ``BaseBinding`` throws.
  package func base() throws -> BaseBinding {
    if let chosenBase { return chosenBase }
    return try base(of: repository.stack(at: repository.head().commit))
  }

  /// The base that a stack's edits are for, verified by its stamp: a history can have moved from one to another.
  ///
  /// - Throws: what ``BaseBinding`` throws.
  package func base(of stack: EditStack) throws -> BaseBinding {
    if let chosenBase { return chosenBase }
    let manifest = try stack.base()
    if let base = opened[manifest.fingerprint] { return base }
    let base = try BaseBinding(
      of: repository, manifest, check: .stamp, threads: workers.count, progress: progress)
    opened[manifest.fingerprint] = base
    return base
  }

  /// The edits active at a revision.
  package func stack(at revision: RevisionExpression) throws -> EditStack {
    try repository.stack(at: repository.commitID(revision))
  }

  /// The base's tokenizer: the very file that the repository was made with, or one that was accepted in its place.
  ///
  /// - Throws: ``WorkflowError/wrongCompanion(path:found:expected:)``, ``TokenizerError``.
  package func tokenizer() throws -> BytePairTokenizer { try tokenizer(of: base()) }

  /// The tokenizer of a stack's base.
  ///
  /// - Throws: as above.
  package func tokenizer(at stack: EditStack) throws -> BytePairTokenizer {
    try tokenizer(of: base(of: stack))
  }

  private func tokenizer(of base: BaseBinding) throws -> BytePairTokenizer {
    if let known = tokenizers[base.manifest.fingerprint] { return known }
    try base.manifest.check(.tokenizer, of: base.checkpoint, in: repository)
    let tokenizer = try BytePairTokenizer(contentsOf: base.checkpoint.path + "/tokenizer.json")
    tokenizers[base.manifest.fingerprint] = tokenizer
    return tokenizer
  }

  /// The unedited model of a stack's base; of `HEAD`'s where it is `nil`.
  package func baseModel(of stack: EditStack? = nil) throws -> DecoderModel {
    try DecoderModel(
      (stack.map(base(of:)) ?? base()).checkpoint, memory: memory, workers: workers)
  }

  /// The model with some edits applied, exactly as a materialised checkpoint would compute.
  ///
  /// - Parameters:
  ///   - excluded: edits of the stack that are left out.
  ///   - extra: deltas beside the stack's.
  ///   - unedited: the base's model, where it is open already.
  package func model(
    at stack: EditStack, excluding excluded: Set<EditID> = [],
    adding extra: [EncodedEdit.Part] = [], to unedited: DecoderModel? = nil
  ) throws -> DecoderModel {
    let base = try base(of: stack)
    let materialiser = try StackMaterialiser(
      stack, base.manifest, excluding: excluded, adding: extra)
    let model = try unedited ?? baseModel(of: stack)
    try model.architecture.checkEdits(of: materialiser.changedTensors, in: base.checkpoint)
    var tensors: [String: FloatRows] = [:]
    for name in materialiser.changedTensors {
      tensors[name] = try materialiser.widened(base.checkpoint.tensor(named: name))
    }
    return model.replacing(tensors)
  }

  /// The model at a stack, to be asked.
  ///
  /// - Parameter longest: tokens of the longest text, of which one is asked at a time; `nil` for what a scorer takes together.
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)``, what the base and the store throw.
  func modelToAsk(
    at stack: EditStack, oneByOne longest: Int? = nil
  ) throws -> DecoderModel {
    let unedited = try baseModel(of: stack)
    try checkRoom(toAsk: unedited, oneByOne: longest)
    return try model(at: stack, to: unedited)
  }

  /// Refuses a limit of memory that leaves no room for prompts beside a running model. One that is longer than what is asked
  /// together is not counted: a model may be able to read far more than anybody asks.
  ///
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)``.
  package func checkRoom(
    toAsk model: DecoderModel, oneByOne longest: Int? = nil
  ) throws {
    _ = try MemoryPlan(limit: memory, model).remainder(
      running: longest == nil ? PromptScorer.batchTokens : 0, longest: longest ?? 0, keeping: 0)
  }
}
