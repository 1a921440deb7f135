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
    self = try family.architecture(of: checkpoint)
    try checkExtents(file: checkpoint.configuration.file)
  }

  private func checkExtents(file: String) throws {
    func check(_ isRight: Bool, _ key: String, _ found: String, _ expected: String) throws {
      guard isRight else {
        throw TransformerError.unsupportedSetting(
          file: file, key: key, found: found, expected: expected)
      }
    }
    try check(
      headCount % keyValueHeadCount == 0, "number of key-value heads", "\(keyValueHeadCount)",
      "a divisor of \(headCount)")
    if let rotary {
      try check(
        rotary.dimensions % 2 == 0 && (2...headWidth).contains(rotary.dimensions),
        "rotary dimensions", "\(rotary.dimensions)", "an even number from 2 to \(headWidth)")
    }
  }
}

extension ModelConfiguration {
  /// A setting that must have one value, or be missing.
  func require(_ key: String, is expected: Bool) throws {
    if let found = try optionalBool(key), found != expected {
      throw TransformerError.unsupportedSetting(
        file: file, key: key, found: "\(found)", expected: "\(expected)")
    }
  }

  /// The activation that a key names.
  func activation(_ key: String) throws -> ModelArchitecture.Activation {
    switch try string(key) {
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": return .geluTanh
    case "gelu", "gelu_python": return .geluErf
    case "silu", "swish": return .silu
    case "relu": return .relu
    case let other:
      throw TransformerError.unsupportedSetting(
        file: file, key: key, found: other, expected: "gelu_new, gelu, silu or relu")
    }
  }

  /// The width of a head, where the heads share the model's width evenly.
  func headWidth(width: Int, heads: Int, key: String) throws -> Int {
    guard width % heads == 0 else {
      throw TransformerError.unsupportedSetting(
        file: file, key: key, found: "\(heads)", expected: "a divisor of \(width)")
    }
    return width / heads
  }
}

extension ModelArchitecture.Linear {
  /// One matrix.
  init(
    _ name: String, bias: Bool, _ layout: ModelArchitecture.Layout, outputs: Int, inputs: Int
  ) {
    self.init(
      weights: [name + ".weight"], biases: bias ? [name + ".bias"] : [], layout: layout,
      outputs: [outputs], inputs: inputs)
  }
}

extension ModelArchitecture.Norm {
  /// A layer norm's gain and bias.
  init(layerNorm name: String) { self.init(gain: name + ".weight", bias: name + ".bias") }
}

extension ModelArchitecture.Rotary {
  /// Frequencies base^(−2i/dimensions), in float32 as the models were trained.
  static func frequencies(base: Double, dimensions: Int) -> [Float] {
    stride(from: 0, to: dimensions, by: 2).map {
      1 / Float.power(Float(base), Float($0) / Float(dimensions))
    }
  }
}
