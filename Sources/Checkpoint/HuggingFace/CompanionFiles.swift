internal import Files

/// The files of a checkpoint directory that are not its weights: configuration, tokenizer, README …
///
/// Other forms of the weights are no companions: beside edited weights they would be the old model.
enum CompanionFiles {
  private static let weightEndings = [
    ".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pt", ".pth", ".h5",
    ".msgpack", ".msgpack.index.json", ".gguf", ".ggml", ".onnx", ".onnx_data", ".ot", ".ckpt",
  ]

  /// Their names, in the order of their bytes; the index of the shards is one of them if it is in use.
  static func names(in directory: String, index: String?) throws(FileFailure) -> [String] {
    var names: [String] = []
    for name in try listDirectory(directory) where !name.hasPrefix(".") {
      let isWeights = weightEndings.contains { name.hasSuffix($0) }
      guard !isWeights || name == index else { continue }
      if try fileKind(at: directory + "/" + name) == .regular { names.append(name) }
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
