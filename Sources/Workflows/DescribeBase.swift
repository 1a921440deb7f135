internal import Checkpoint
internal import Delta
internal import Diagnostics
package import Store
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

  /// Refuses a checkpoint whose configuration or tokenizer has other bytes than the base's, unless a user accepted these: with the
  /// same weights it may be another model, and the repository does not keep the file to compare what it says.
  ///
  /// - Throws: ``WorkflowError/wrongCompanion(path:found:expected:)``, ``FileFailure``.
  func check(
    _ file: CompanionFile, of checkpoint: CheckpointDirectory, in repository: EditRepository
  ) throws {
    guard let other = try difference(of: file, in: checkpoint) else { return }
    let found = other.found.hexadecimal
    guard try repository.acceptedDigest(insteadOf: other.expected) != found else { return }
    throw WorkflowError.wrongCompanion(
      path: checkpoint.path + "/" + file.rawValue, found: found,
      expected: other.expected.hexadecimal)
  }

  /// The digests of a file that has other bytes than the base's; `nil` where it has the same, or where they are not known.
  func difference(
    of file: CompanionFile, in checkpoint: CheckpointDirectory
  ) throws -> (found: Digest, expected: Digest)? {
    guard let expected = digest(of: file) else { return nil }
    let found = try Digest(ofFile: checkpoint.path + "/" + file.rawValue)
    return found == expected ? nil : (found: found, expected: expected)
  }

  /// The files for which a user accepted other bytes than the base's.
  ///
  /// - Throws: what the repository's configuration throws.
  package func acceptedFiles(in repository: EditRepository) throws -> [String] {
    try CompanionFile.allCases.filter {
      try digest(of: $0).flatMap { try repository.acceptedDigest(insteadOf: $0) } != nil
    }.map(\.rawValue)
  }

  func digest(of file: CompanionFile) -> Digest? {
    switch file {
    case .configuration: configuration
    case .tokenizer: tokenizer
    }
  }

  /// A file beside the weights that belongs to the base.
  enum CompanionFile: String, CaseIterable {
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
