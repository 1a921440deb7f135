internal import Checkpoint
internal import Files

/// What becomes of a checkpoint's files when its floating-point tensors are stored in another type.
enum CheckpointConversion {
  /// What a tensor is stored as.
  static func type(of tensor: TensorView, as type: ElementType?) -> ElementType {
    tensor.elementType.isFloating ? type ?? tensor.elementType : tensor.elementType
  }

  /// The header: byte for byte the same where no tensor's type changes.
  static func header(of file: SafetensorsFile, as type: ElementType?) -> [UInt8] {
    guard let type else { return Array(file.headerBytes) }
    let declarations = file.tensors.map { tensor in
      TensorDeclaration(
        name: tensor.name, elementType: Self.type(of: tensor, as: type), shape: tensor.shape)
    }
    return SafetensorsWriter.header(of: declarations, metadata: file.header.metadata).bytes
  }

  /// Hands over a tensor's numbers in another type, each rounded once, or its bytes where that is its own.
  static func convert(
    _ tensor: TensorView, to type: ElementType, _ sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard type != tensor.elementType else { return try sink(tensor.bytes) }
    let width = tensor.elementType.byteCount
    let piece = 1 << 16
    for start in stride(from: 0, to: tensor.elementCount, by: piece) {
      let count = min(piece, tensor.elementCount - start)
      var numbers = [Double](repeating: 0, count: count)
      numbers.withUnsafeMutableBufferPointer {
        tensor.elementType.widen(
          UnsafeRawBufferPointer(rebasing: tensor.bytes[start * width..<(start + count) * width]),
          into: $0)
      }
      var output = [UInt8](repeating: 0, count: count * type.byteCount)
      output.withUnsafeMutableBytes { output in
        numbers.withUnsafeBufferPointer { type.narrow($0, into: output) }
      }
      try output.withUnsafeBytes { try sink($0) }
    }
  }

  /// Copies a file beside the weights; the configuration then names the new type, and the index of the
  /// shards their new size.
  static func copyCompanion(
    _ name: String, from checkpoint: CheckpointDirectory, to directory: String,
    as type: ElementType?
  ) throws {
    let source = checkpoint.path + "/" + name
    let destination = directory + "/" + name
    if let end = name.lastIndex(of: "/") { try makeDirectories(directory + "/" + name[..<end]) }
    guard let type, name == ModelConfiguration.fileName || name == ShardIndex.fileName,
      case .object(let object) = try JSONValue(
        parsing: readFile(source, limit: ShardIndex.longest), file: source)
    else { return try copyFile(from: source, to: destination) }
    let changed: JSONObject
    if name == ModelConfiguration.fileName {
      changed = object.replacing(["torch_dtype", "dtype"], with: .string(word(for: type)))
    } else {
      let size = checkpoint.weightFiles.flatMap(\.contents.tensors).reduce(0) {
        $0 + $1.elementCount * Self.type(of: $1, as: type).byteCount
      }
      guard case .object(let metadata) = object["metadata"] else {
        return try copyFile(from: source, to: destination)
      }
      changed = object.replacing(
        ["metadata"], with: .object(metadata.replacing(["total_size"], with: .integer(size))))
    }
    try AtomicFile.write(JSONText.canonical(.object(changed)) + [0x0A], to: destination)
  }

  private static func word(for type: ElementType) -> String {
    switch type {
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .float64: "float64"
    default: "float32"
    }
  }
}

extension JSONObject {
  /// The object with new values for those of some keys that it has.
  fileprivate func replacing(_ keys: Set<String>, with value: JSONValue) -> JSONObject {
    JSONObject(members.map { ($0.key, keys.contains($0.key) ? value : $0.value) })
  }
}
