internal import Checkpoint
internal import Delta
internal import Diagnostics
internal import Store
internal import Transformer

extension BaseManifest {
  /// Describes a checkpoint as a base: every byte is read once.
  ///
  /// - Throws: what the files and the checkpoint throw; ``DeltaError`` for weights without a grid.
  init(
    measuring checkpoint: CheckpointDirectory, _ model: ModelArchitecture, threads: Int,
    progress: some ProgressSink
  ) throws {
    let measured = try CheckpointManifest(
      measuring: checkpoint, threads: threads, progress: progress)
    try self.init(
      fingerprint: measured.fingerprint, architecture: model.summary,
      modelType: checkpoint.configuration.modelType,
      tensors: measured.tensors.map { tensor in
        BaseManifest.Tensor(
          name: tensor.name, elementType: tensor.elementType, shape: tensor.shape,
          digest: tensor.digest, gridExponent: try Self.gridExponent(tensor))
      },
      tokenizer: try Digest(ofFile: checkpoint.path + "/tokenizer.json"),
      configuration: try Digest(ofFile: checkpoint.path + "/config.json"))
  }

  /// Whether modules keep their weights as `[inputs, outputs]`.
  var storesInputsFirst: Bool { modelType == "gpt2" }

  /// Refuses a checkpoint whose configuration or tokenizer is another than the base's: with the same weights it is another model.
  ///
  /// - Throws: ``WorkflowError/wrongCompanion(path:found:expected:)``, ``FileFailure``.
  func check(_ file: CompanionFile, of checkpoint: CheckpointDirectory) throws {
    guard let expected = file == .configuration ? configuration : tokenizer else { return }
    let path = checkpoint.path + "/" + file.rawValue
    let found = try Digest(ofFile: path)
    guard found == expected else {
      throw WorkflowError.wrongCompanion(
        path: path, found: found.hexadecimal, expected: expected.hexadecimal)
    }
  }

  /// A file beside the weights that belongs to the base.
  enum CompanionFile: String {
    case configuration = "config.json"
    case tokenizer = "tokenizer.json"
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
