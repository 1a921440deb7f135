package import Files

/// A PEFT LoRA adapter on disk: `adapter_config.json` and `adapter_model.safetensors`.
package struct AdapterDirectory: Sendable {
  /// The name of the file with the factors.
  static let weightsName = "adapter_model.safetensors"
  /// What stands before a module's path in the names of an adapter's tensors.
  static let keyPrefix = "base_model.model."

  /// What it says of itself.
  package let configuration: AdapterConfiguration
  /// The factors, each with the scale that the configuration gives them; owners are module paths.
  package let pairs: [FactorPair]
  /// The file with the factors.
  package let weights: SafetensorsFile

  /// Whether a directory is an adapter.
  package static func isThere(at path: String) throws(FileFailure) -> Bool {
    try fileKind(at: path + "/" + AdapterConfiguration.fileName) == .regular
  }

  /// Refuses a directory that is a checkpoint's and an adapter's at once: `transformers` applies the adapter on top.
  ///
  /// - Throws: ``AdapterError/besideCheckpoint(directory:)``, ``FileFailure``.
  package static func refuseBoth(at path: String) throws {
    guard try isThere(at: path), try CheckpointDirectory.hasWeights(at: path) else { return }
    throw AdapterError.besideCheckpoint(directory: path)
  }

  /// Opens an adapter; no factor is read yet.
  ///
  /// - Parameter base: the base's tensor of a name. PEFT writes a copy of it beside the factors where they are those of a
  ///   head or an embedding (`<module>.base_layer.weight`), in the type that it was trained in.
  /// - Throws: ``AdapterError``, ``JSONError``, ``SafetensorsError``, ``FileFailure``.
  package init(path: String, base: (String) -> TensorView? = { _ in nil }) throws {
    let file = path + "/" + AdapterConfiguration.fileName
    let configuration = try AdapterConfiguration(
      parsing: readFile(file, limit: AdapterConfiguration.longest), file: file)
    let weightsPath = path + "/" + Self.weightsName
    guard try fileKind(at: weightsPath) == .regular else {
      throw AdapterError.noWeights(
        directory: path, other: try CompanionFiles.otherWeights(in: path))
    }
    weights = try SafetensorsFile(path: weightsPath)
    let keyed = try FactorPair.all(
      in: weights, forms: [.lora], scale: { configuration.scale(of: Self.module($0)) },
      passingOver: { tensor in
        base(Self.module(tensor.name).replacing(".base_layer.", with: "."))?
          .holdsTheSameNumbers(as: tensor) ?? false
      })
    pairs = keyed.map { pair in
      FactorPair(
        form: .lora, owner: Self.module(pair.owner), first: pair.first, second: pair.second,
        scale: pair.scale)
    }
    for pair in pairs {
      if let key = configuration.setting(leavingOut: pair.owner) {
        throw AdapterError.leftOut(file: file, key: key, module: pair.owner)
      }
      let expected = configuration.rank(of: pair.owner)
      guard pair.rank == expected else {
        throw AdapterError.rank(
          file: weightsPath, tensor: pair.first.name, found: pair.rank, expected: expected)
      }
    }
    self.configuration = configuration
  }

  /// A module's path, from the name that it has in an adapter.
  package static func module(_ key: String) -> String {
    key.hasPrefix(keyPrefix) ? String(key.dropFirst(keyPrefix.count)) : key
  }
}
