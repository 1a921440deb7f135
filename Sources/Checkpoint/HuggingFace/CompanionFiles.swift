internal import Files

/// The files of a checkpoint directory that are not its weights: configuration, tokenizer, README …
///
/// Other forms of the weights are no companions: beside edited weights they would be the old model. Nor is an adapter, which
/// `transformers` would look for.
enum CompanionFiles {
  /// Folders that `transformers` reads: chat templates beside the first one, and a generation loop of the model's own.
  private static let folders = ["additional_chat_templates", "custom_generate"]
  private static let weightEndings = [
    ".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pt", ".pth", ".h5",
    ".msgpack", ".msgpack.index.json", ".gguf", ".ggml", ".onnx", ".onnx_data", ".ot", ".ckpt",
  ]

  /// Their names, in the order of their bytes, those in a folder with its name before them; the index of the shards is one of
  /// them if it is in use.
  static func names(in directory: String, index: String?) throws(FileFailure) -> [String] {
    var names: [String] = []
    for name in try listDirectory(directory) where !name.hasPrefix(".") {
      let isWeights =
        weightEndings.contains { name.hasSuffix($0) } || name.contains(".safetensors.index.")
      guard !isWeights || name == index, name != AdapterConfiguration.fileName else { continue }
      switch try fileKind(at: directory + "/" + name) {
      case .regular: names.append(name)
      case .directory where folders.contains(name):
        for file in try listDirectory(directory + "/" + name)
        where try fileKind(at: directory + "/" + name + "/" + file) == .regular {
          names.append(name + "/" + file)
        }
      default: break
      }
    }
    return names
  }

  /// A file with weights in a form that is not read here, if there is one.
  static func otherWeights(in directory: String) throws(FileFailure) -> String? {
    try listDirectory(directory).first { name in
      weightEndings.contains { name.hasSuffix($0) } && !name.hasSuffix(".json")
    }
  }
}
