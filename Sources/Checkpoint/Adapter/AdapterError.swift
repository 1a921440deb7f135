package import Diagnostics

/// A LoRA adapter, or a file of factors, that cannot be taken over exactly.
package enum AdapterError: ExplainedError, Equatable {
  /// The configuration is not an object.
  case notObject(file: String, found: String)
  /// A setting that is not of the right kind.
  case badSetting(file: String, key: String, found: String, expected: String)
  /// Another method than LoRA.
  case otherMethod(file: String, found: String)
  /// A feature that changes what the factors mean, and that is not read here.
  case unsupported(file: String, key: String, found: String)
  /// A key of `rank_pattern` or `alpha_pattern` that is a regular expression.
  case pattern(file: String, key: String, pattern: String)
  /// Factors of a module that PEFT would not load.
  case leftOut(file: String, key: String, module: String)
  /// There are weights, but not in safetensors.
  case noWeights(directory: String, other: String?)
  /// A tensor that is no factor of a weight matrix.
  case strayTensor(file: String, tensor: String, isAdapter: Bool)
  /// Factors of a head that is the base's embedding.
  case tiedHead(file: String, module: String)
  /// A checkpoint's weights and an adapter in one directory.
  case besideCheckpoint(directory: String)
  /// A factor without the other one.
  case unpaired(file: String, tensor: String, missing: String)
  /// A factor that is no floating matrix.
  case notMatrix(file: String, tensor: String, found: String)
  /// The two factors do not have the same rank, or not the one that the configuration says.
  case rank(file: String, tensor: String, found: Int, expected: Int)
  /// A factor with a NaN or an infinity.
  case notFinite(file: String, tensor: String, index: Int)
  /// A file without any pair of factors.
  case noPairs(file: String)

  /// What to tell the user.
  package var explanation: Explanation {
    let merge =
      "Merge the adapter with PEFT (merge_and_unload), save the model, and import that checkpoint."
    switch self {
    case .notObject(let file, let found):
      return Explanation(
        "the adapter's configuration is not an object", file: file, found: found,
        expected: "an object")
    case .badSetting(let file, let key, let found, let expected):
      return Explanation(
        "a setting of the adapter cannot be used", file: file, field: key, found: found,
        expected: expected)
    case .otherMethod(let file, let found):
      return Explanation(
        "the adapter is not a LoRA", file: file, field: "peft_type", found: found,
        expected: "LORA", remedy: merge)
    case .unsupported(let file, let key, let found):
      return Explanation(
        "the adapter uses a feature that is not supported", file: file, field: key, found: found,
        remedy: merge)
    case .pattern(let file, let key, let pattern):
      return Explanation(
        "the pattern is a regular expression", file: file, field: key, found: "'\(pattern)'",
        expected: "module names; of expressions only '.', '\\.' and a leading '^' are read",
        remedy: "Write one entry for each module, with its full path.")
    case .leftOut(let file, let key, let module):
      return Explanation(
        "the adapter has factors of a module that its settings leave out", file: file, field: key,
        found: "nothing that takes in '\(module)'",
        remedy: "PEFT would not load them: correct the setting, or take them out of the weights.")
    case .noWeights(let directory, let other):
      return Explanation(
        "the adapter has no weights in safetensors form", file: directory,
        found: other.map { "only '\($0)'" }, expected: "adapter_model.safetensors",
        remedy: other == nil ? "Fetch the adapter again." : "Save it again with a current PEFT.")
    case .strayTensor(let file, let tensor, let isAdapter):
      let lora = "<module>.lora_A.weight and lora_B.weight"
      return Explanation(
        "a tensor is no factor that is understood", file: file, field: "'\(tensor)'",
        expected: isAdapter
          ? "\(lora), or a copy of the base's own tensor"
          : "<weight>.left and .right, <weight>/R and /C, or \(lora)",
        remedy: isAdapter ? merge : "To import an edited checkpoint, give its directory.")
    case .tiedHead(let file, let module):
      return Explanation(
        "the adapter changes a head that is the embedding in the base", file: file,
        field: "'\(module)'", expected: "modules with a weight of their own", remedy: merge)
    case .besideCheckpoint(let directory):
      return Explanation(
        "a checkpoint and an adapter in one directory", file: directory,
        found: "weights beside \(AdapterConfiguration.fileName)", expected: "one of the two",
        remedy: "'transformers' would load both: move the adapter into a directory of its own.")
    case .unpaired(let file, let tensor, let missing):
      return Explanation(
        "a factor stands alone", file: file, field: "'\(tensor)'",
        expected: "'\(missing)' beside it"
      )
    case .notMatrix(let file, let tensor, let found):
      return Explanation(
        "a factor is not a matrix of floating-point numbers", file: file, field: "'\(tensor)'",
        found: found, expected: "one or two extents above 0, in F64, F32, F16 or BF16")
    case .rank(let file, let tensor, let found, let expected):
      return Explanation(
        "the rank is not what it must be", file: file, field: "'\(tensor)'", found: "\(found)",
        expected: "\(expected)")
    case .notFinite(let file, let tensor, let index):
      return Explanation(
        "a factor holds a NaN or an infinity", file: file, field: "element \(index) of '\(tensor)'",
        remedy: "The edit that made it has diverged: make it again.")
    case .noPairs(let file):
      return Explanation(
        "the file holds no factors", file: file,
        expected: "<weight>.left and .right, <weight>/R and /C, or <module>.lora_A.weight and "
          + "lora_B.weight",
        remedy: "To import an edited checkpoint, give its directory.")
    }
  }
}
