package import Checkpoint

/// How one family's configuration and tensor names become an architecture.
protocol DecoderFamily: Sendable {
  /// The values of `model_type` that it stands for.
  static var modelTypes: [String] { get }
  /// Reads the architecture of a checkpoint of this family.
  ///
  /// - Throws: ``TransformerError``, or the configuration's error that names the key.
  static func architecture(of checkpoint: CheckpointDirectory) throws -> ModelArchitecture
}

/// All families.
private let families: [any (DecoderFamily & Sendable).Type] = [
  GPT2Family.self, GPTJFamily.self, GPTNeoXFamily.self, LlamaFamily.self,
]

extension ModelArchitecture {
  /// The extents in one line, for people.
  package var summary: String {
    "\(family), \(layerCount) blocks of width \(width), \(headCount) heads, "
      + "inner width \(innerWidth), vocabulary \(vocabularySize)"
  }

  /// Reads the architecture of a checkpoint.
  ///
  /// - Throws: ``TransformerError/unknownFamily(file:found:supported:)`` and what the family throws.
  package init(_ checkpoint: CheckpointDirectory) throws {
    let type = checkpoint.configuration.modelType
    guard let family = families.first(where: { $0.modelTypes.contains(type) }) else {
      throw TransformerError.unknownFamily(
        file: checkpoint.configuration.file, found: type,
        supported: families.flatMap { $0.modelTypes })
    }
    try checkpoint.configuration.require("is_causal", is: true)
    self = try family.architecture(of: checkpoint)
  }
}
