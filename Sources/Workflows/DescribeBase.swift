internal import Checkpoint
internal import Delta
internal import Diagnostics
internal import Files
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
      tokenizer: try MappedFile(path: checkpoint.path + "/tokenizer.json").withBytes {
        Digest(of: $0)
      })
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
