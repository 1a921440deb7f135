/// `model.safetensors.index.json`: which file of a sharded checkpoint each tensor is in.
package struct ShardIndex: Sendable {
  /// The name of the file in a checkpoint directory.
  package static let fileName = "model.safetensors.index.json"
  /// The longest index that is read, in bytes.
  package static let longest = 64 << 20

  /// The file of each tensor, a name without directories.
  let fileOfTensor: [String: String]
  /// All files named, each once, in the order of their bytes.
  package let files: [String]

  /// Reads an index; file names that lead out of the directory are refused.
  package init(parsing bytes: UnsafeRawBufferPointer, file: String) throws(CheckpointError) {
    do throws(JSONError) {
      fileOfTensor = try Self.read(bytes, file: file)
    } catch {
      throw .json(error)
    }
    guard !fileOfTensor.isEmpty else { throw .indexWithoutTensors(file: file) }
    files = Set(fileOfTensor.values).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for name in files where !Self.isPlainFileName(name) {
      throw .shardNameOutsideDirectory(file: file, name: name)
    }
  }

  private static func read(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(JSONError) -> [String: String] {
    var map: [String: String] = [:]
    var reader = JSONReader(bytes, file: file)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard key == "weight_map" else {
        try reader.skipValue()
        continue
      }
      try reader.beginObject()
      while let tensor = try reader.nextKey() {
        guard map.updateValue(try reader.readString(), forKey: tensor) == nil else {
          throw reader.error(.duplicateKey(tensor))
        }
      }
    }
    try reader.finish()
    return map
  }

  private static func isPlainFileName(_ name: String) -> Bool {
    name.hasSuffix(".safetensors") && !name.utf8.contains(where: { $0 == 0x2F || $0 == 0 })
  }
}
