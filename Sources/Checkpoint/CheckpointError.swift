package import Diagnostics
package import Files

/// A checkpoint that cannot be used as it is.
package enum CheckpointError: ExplainedError, Equatable {
  /// The file system refused something.
  case file(FileFailure)
  /// A file is not the safetensors file it should be.
  case safetensors(SafetensorsError)
  /// A file is not the JSON it should be.
  case json(JSONError)
  /// The configuration lacks something or holds something else.
  case configuration(ConfigurationError)
  /// The path is not a directory.
  case notDirectory(path: String)
  /// No weights in safetensors form. `other` names weights in another form, if there are any.
  case noWeights(directory: String, other: String?)
  /// An index without a single tensor.
  case indexWithoutTensors(file: String)
  /// A shard's name that is not a plain file name.
  case shardNameOutsideDirectory(file: String, name: String)
  /// A shard that the index names and that is not there.
  case missingShard(index: String, shard: String)
  /// A tensor that the index places in a file that does not have it.
  case tensorNotInShard(index: String, tensor: String, shard: String)
  /// A tensor that is in two files.
  case tensorInTwoShards(directory: String, tensor: String, first: String, second: String)
  /// A tensor that somebody needs and that is in no file.
  case missingTensor(directory: String, tensor: String)
  /// A weight that is not a finite number. `index` counts the elements in row-major order.
  case nonFiniteWeight(file: String, tensor: String, index: Int, value: Double)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    let fetch = "The checkpoint is incomplete: fetch it again."
    switch self {
    case .file(let failure): return failure.explanation
    case .safetensors(let error): return error.explanation
    case .json(let error): return error.explanation
    case .configuration(let error): return error.explanation
    case .notDirectory(let path):
      return Explanation(
        "not a checkpoint directory", file: path, expected: "a directory with config.json in it",
        remedy: "Give the directory that holds config.json and model.safetensors.")
    case .noWeights(let directory, let other):
      return Explanation(
        "no weights in safetensors form", file: directory, found: other.map { "only '\($0)'" },
        expected: "model.safetensors or \(ShardIndex.fileName)",
        remedy: other == nil
          ? fetch
          : "Save it as safetensors: load it with transformers, then "
            + "model.save_pretrained(directory, safe_serialization=True).")
    case .indexWithoutTensors(let file):
      return Explanation(
        "the index names no tensor", file: file, field: "weight_map",
        expected: "an object from tensor names to file names", remedy: fetch)
    case .shardNameOutsideDirectory(let file, let name):
      return Explanation(
        "a shard's name is not a plain file name", file: file, field: "weight_map",
        found: "'\(name)'", expected: "a name that ends in .safetensors, without directories",
        remedy: "Do not use this checkpoint: its index points outside its directory.")
    case .missingShard(let index, let shard):
      return Explanation(
        "a file that the index names is missing", file: index, field: "weight_map",
        expected: "'\(shard)'", remedy: fetch)
    case .tensorNotInShard(let index, let tensor, let shard):
      return Explanation(
        "a tensor is not in the file that the index names", file: index, field: "'\(tensor)'",
        expected: "it in '\(shard)'", remedy: fetch)
    case .tensorInTwoShards(let directory, let tensor, let first, let second):
      return Explanation(
        "a tensor is in two files", file: directory, field: "'\(tensor)'",
        found: "it in '\(first)' and '\(second)'", expected: "it in one",
        remedy: "Files of two checkpoints may be mixed: fetch it again into an empty directory.")
    case .missingTensor(let directory, let tensor):
      return Explanation(
        "a tensor is missing", file: directory, expected: "'\(tensor)'",
        remedy: "Check that config.json belongs to these weights.")
    case .nonFiniteWeight(let file, let tensor, let index, let value):
      return Explanation(
        "a weight is not a finite number", file: file, field: "element \(index) of '\(tensor)'",
        found: "\(value)", expected: "a finite number",
        remedy: "The checkpoint is damaged or its training diverged: use another one.")
    }
  }
}

/// Runs something that only the file system can refuse.
func onDisk<Value>(
  _ body: () throws(FileFailure) -> Value
) throws(CheckpointError) -> Value {
  do throws(FileFailure) {
    return try body()
  } catch {
    throw .file(error)
  }
}
