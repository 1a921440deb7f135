internal import Checkpoint

extension ModelConfiguration {
  /// A setting that must have one value, or be missing.
  func require(_ key: String, is expected: Bool) throws {
    if let found = try optionalBool(key), found != expected {
      throw TransformerError.unsupportedSetting(
        file: file, key: key, found: "\(found)", expected: "\(expected)")
    }
  }

  /// The names that `transformers` takes for GPT-2's and GPT-J's own, too.
  private static let aliases = [
    ("hidden_size", "n_embd"), ("num_attention_heads", "n_head"), ("num_hidden_layers", "n_layer"),
    ("max_position_embeddings", "n_positions"),
  ]

  /// A setting that stands there under both of its names must have one value.
  func requireAgreement() throws {
    for (alias, key) in Self.aliases {
      guard let found = self[alias], let own = self[key], found != own else { continue }
      throw unexpected(alias, expected: "that of \(key), \(text(of: key))")
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

  /// What a norm adds to the variance.
  func normEpsilon(_ key: String, default standard: Double) throws -> Float {
    let epsilon = try optionalDouble(key) ?? standard
    guard (0..<1).contains(epsilon) else {
      throw unexpected(key, expected: "a number from 0 to 1")
    }
    return Float(epsilon)
  }

  /// The width of a head, where the heads share the model's width evenly.
  func headWidth(width: Int, heads: Int, key: String) throws -> Int {
    guard width % heads == 0 else {
      throw unexpected(key, expected: "a divisor of the width, \(width)")
    }
    return width / heads
  }

  /// The number of blocks.
  ///
  /// Each is looked for in the weights before anything is made for it, so that a count without end
  /// costs no more than the file has tensors. Weights of blocks beyond the count would be left out, and the
  /// model would be another one.
  /// - Parameter tensor: the name of a tensor that every block has.
  func layerCount(
    _ key: String, in checkpoint: CheckpointDirectory, having tensor: (Int) -> String
  ) throws -> Int {
    let count = try integer(key)
    for layer in 0..<count where !checkpoint.contains(tensor(layer)) {
      guard layer > 0 else {
        throw CheckpointError.missingTensor(directory: checkpoint.path, tensor: tensor(0))
      }
      throw unexpected(
        key, expected: "at most \(layer): the weights have no '\(tensor(layer))'")
    }
    guard !checkpoint.contains(tensor(count)) else {
      throw unexpected(
        key, expected: "more than \(count): the weights have '\(tensor(count))'")
    }
    return count
  }
}
