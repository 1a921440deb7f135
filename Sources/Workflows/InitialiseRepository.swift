internal import Checkpoint
internal import Delta
package import Diagnostics
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
  /// - Throws: what the checkpoint, the model, the tokenizer and the store throw.
  package func run(
    in directory: String, basePath: String, named name: String, _ environment: GitEnvironment,
    threads: Int, progress: some ProgressSink
  ) throws -> Outcome {
    let checkpoint = try CheckpointDirectory(path: basePath)
    _ = try DecoderModel(checkpoint, residency: .streaming, workers: Workers(threads))
    let tokenizerPath = basePath + "/tokenizer.json"
    let tokenizer = try BytePairTokenizer(contentsOf: tokenizerPath)
    let model = try ModelArchitecture(checkpoint)
    guard tokenizer.vocabularySize <= model.vocabularySize else {
      throw TransformerError.tokenOutsideVocabulary(
        id: tokenizer.vocabularySize - 1, vocabulary: model.vocabularySize)
    }
    let measured = try CheckpointManifest(
      measuring: checkpoint, threads: threads, progress: progress)
    let base = try BaseManifest(
      fingerprint: measured.fingerprint, architecture: model.summary,
      modelType: checkpoint.configuration.modelType,
      tensors: measured.tensors.map { tensor in
        BaseManifest.Tensor(
          name: tensor.name, elementType: tensor.elementType, shape: tensor.shape,
          digest: tensor.digest, gridExponent: try Self.gridExponent(tensor))
      }, tokenizer: try MappedFile(path: tokenizerPath).withBytes { Digest(of: $0) })
    let repository = try EditRepository.create(
      in: directory, base: base, named: name, environment)
    try BaseBinding.remember(checkpoint, in: repository)
    return Outcome(
      repository: repository, base: base, byteCount: checkpoint.tensorByteCount)
  }

  /// The grid of a tensor; none for what is not a floating-point type of 16 bits or more.
  private static func gridExponent(_ tensor: TensorRecord) throws -> Int? {
    switch tensor.elementType {
    case .float64, .float32, .float16, .bfloat16:
      try FixedPointGrid(largestMagnitude: tensor.largestMagnitude ?? 0).exponent
    default: nil
    }
  }
}
