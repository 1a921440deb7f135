package import Files

/// A Hugging Face checkpoint on disk: `config.json`, one `model.safetensors` or shards with an index,
/// and the files beside them. Weights are mapped, never copied whole, never written to.
package final class CheckpointDirectory: Sendable {
  /// The name of the weights where there is one file of them.
  static let singleFileName = "model.safetensors"

  /// A file with weights.
  package struct WeightFile: Sendable {
    /// Its name in the directory.
    package let name: String
    /// Its contents.
    package let contents: SafetensorsFile
  }

  /// A tensor and the file that it is in.
  package struct Entry: Sendable, Equatable {
    /// Name, type and extents.
    package let declaration: TensorDeclaration
    /// The name of its file.
    package let file: String
  }

  /// The directory.
  package let path: String
  /// The bytes of `config.json`.
  package let configurationBytes: [UInt8]
  /// What they say.
  package let configuration: ModelConfiguration
  /// The files with weights, in the order of their names.
  package let weightFiles: [WeightFile]
  /// All tensors, in the order of the bytes of their names.
  package let tensors: [Entry]
  /// The other files that make the checkpoint whole, `config.json` and the shards' index among them: what
  /// a copy with other weights takes along.
  package let companionFiles: [String]

  private let fileOfTensor: [String: SafetensorsFile]

  /// Opens a directory: reads the configuration and all headers, and checks that every tensor is in
  /// exactly one file.
  package init(path: String) throws(CheckpointError) {
    let configurationPath = path + "/" + ModelConfiguration.fileName
    func isThere(_ path: String, as kind: FileKind? = nil) throws(CheckpointError) -> Bool {
      let found = try onDisk { () throws(FileFailure) in try fileKind(at: path) }
      return kind == nil ? found != nil : found == kind
    }
    guard try isThere(path, as: .directory), try isThere(configurationPath) else {
      throw .notDirectory(path: path)
    }
    self.path = path
    configurationBytes = try onDisk { () throws(FileFailure) in
      try readFile(configurationPath, limit: ModelConfiguration.longest)
    }
    configuration = try ModelConfiguration(parsing: configurationBytes, file: configurationPath)

    let index = try Self.openIndex(in: path)
    weightFiles = try Self.openWeights(in: path, index: index)
    (tensors, fileOfTensor) = try Self.gather(weightFiles, directory: path)
    if let index { try Self.check(index, against: weightFiles, directory: path) }
    companionFiles = try onDisk { () throws(FileFailure) in
      try CompanionFiles.names(in: path, index: index == nil ? nil : ShardIndex.fileName)
    }
  }

  /// Whether a directory has weights in the form that is read here.
  package static func hasWeights(at path: String) throws(FileFailure) -> Bool {
    for name in [singleFileName, ShardIndex.fileName]
    where try fileKind(at: path + "/" + name) != nil {
      return true
    }
    return false
  }

  /// A tensor by its name.
  package func tensor(named name: String) throws(CheckpointError) -> TensorView {
    guard let tensor = fileOfTensor[name]?.tensor(named: name) else {
      throw .missingTensor(directory: path, tensor: name)
    }
    return tensor
  }

  /// Whether there is a tensor of that name.
  package func contains(_ name: String) -> Bool { fileOfTensor[name] != nil }

  /// The bytes of all tensors together.
  package var tensorByteCount: Int {
    weightFiles.reduce(0) { $0 + $1.contents.file.bytes.count - $1.contents.header.byteCount }
  }

  /// The index, if the weights are in shards. One file of all weights comes first, as in `transformers`.
  private static func openIndex(in directory: String) throws(CheckpointError) -> ShardIndex? {
    let path = directory + "/" + ShardIndex.fileName
    let mapping: MappedFile? = try onDisk { () throws(FileFailure) in
      guard try fileKind(at: directory + "/" + singleFileName) == nil,
        try fileKind(at: path) != nil
      else { return nil }
      let stamp = try FileStamp(ofFileAt: path)
      guard stamp.size <= ShardIndex.longest else {
        throw .tooLarge(path: path, bytes: stamp.size, limit: ShardIndex.longest)
      }
      return try MappedFile(path: path)
    }
    guard let mapping else { return nil }
    defer { withExtendedLifetime(mapping) {} }
    return try ShardIndex(parsing: mapping.bytes, file: path)
  }

  private static func openWeights(
    in directory: String, index: ShardIndex?
  ) throws(CheckpointError) -> [WeightFile] {
    var files: [WeightFile] = []
    for name in index?.files ?? [singleFileName] {
      do throws(CheckpointError) {
        let contents = try SafetensorsFile(path: directory + "/" + name)
        files.append(WeightFile(name: name, contents: contents))
      } catch .file(let failure) where failure.isAbsence {
        guard index == nil else {
          throw .missingShard(index: directory + "/" + ShardIndex.fileName, shard: name)
        }
        let other = try onDisk { () throws(FileFailure) in
          try CompanionFiles.otherWeights(in: directory)
        }
        throw .noWeights(directory: directory, other: other)
      }
    }
    return files
  }

  private static func gather(
    _ files: [WeightFile], directory: String
  ) throws(CheckpointError) -> ([Entry], [String: SafetensorsFile]) {
    var entries: [Entry] = []
    var fileOfTensor: [String: SafetensorsFile] = [:]
    for file in files {
      for entry in file.contents.header.entries {
        let name = entry.declaration.name
        if let first = fileOfTensor.updateValue(file.contents, forKey: name) {
          let firstName = files.first { $0.contents === first }?.name ?? ""
          throw .tensorInTwoShards(
            directory: directory, tensor: name, first: firstName, second: file.name)
        }
        entries.append(Entry(declaration: entry.declaration, file: file.name))
      }
    }
    entries.sort { $0.declaration.name.utf8.lexicographicallyPrecedes($1.declaration.name.utf8) }
    return (entries, fileOfTensor)
  }

  private static func check(
    _ index: ShardIndex, against files: [WeightFile], directory: String
  ) throws(CheckpointError) {
    let contents = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.contents) })
    let missing = index.fileOfTensor.filter { contents[$1]?.tensor(named: $0) == nil }
    // The first in order, so that the same damage gives the same message.
    guard let first = missing.min(by: { $0.key < $1.key }) else { return }
    throw .tensorNotInShard(
      index: directory + "/" + ShardIndex.fileName, tensor: first.key, shard: first.value)
  }
}
