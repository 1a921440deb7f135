package import Diagnostics

/// Why an edit made elsewhere cannot be taken over.
package enum ImportError: ExplainedError, Equatable {
  /// The path is neither factors nor an adapter nor a checkpoint.
  case unknownSource(path: String)
  /// A weight that the base does not have.
  case unknownTensor(file: String, name: String, nearest: String?)
  /// A weight that cannot be edited: integers, or numbers of eight bits.
  case notEditable(file: String, tensor: String, found: String)
  /// Two pairs of factors for one weight.
  case twice(file: String, tensor: String)
  /// A product of another shape than the weight.
  case wrongExtents(file: String, owner: String, tensor: String, found: [Int], expected: [Int])
  /// Nothing that the source says changes a stored weight.
  case changesNothing(source: String, tensors: Int)
  /// A tensor that is in one of the two checkpoints only.
  case otherTensors(path: String, missing: [String], extra: [String])
  /// A tensor with another shape or element type than the base's.
  case otherDeclaration(
    path: String, tensor: String, found: String, expected: String, isResized: Bool)
  /// A LoRA's factors in a file, without the settings that lie beside it.
  case adapterFile(path: String, directory: String)
  /// A configuration that makes another model of the same weights.
  case otherModel(file: String, keys: String, found: String, expected: String)

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .unknownSource(let path):
      Explanation(
        "nothing that can be imported", file: path,
        expected: "a .safetensors file of factors, a LoRA adapter's directory, or a checkpoint's")
    case .unknownTensor(let file, let name, let nearest):
      Explanation(
        "the base has no such weight", file: file, field: "'\(name)'",
        expected: nearest.map { "a name of the base, such as '\($0)'" } ?? "a name of the base")
    case .notEditable(let file, let tensor, let found):
      Explanation(
        "the weight cannot be edited", file: file, field: "'\(tensor)'", found: found,
        expected: "F64, F32, F16 or BF16")
    case .twice(let file, let tensor):
      Explanation(
        "two pairs of factors change one weight", file: file, field: "'\(tensor)'",
        remedy: "Import them one after the other, or put the factors side by side.")
    case .wrongExtents(let file, let owner, let tensor, let found, let expected):
      Explanation(
        "the factors do not fit the weight", file: file, field: "'\(owner)' for '\(tensor)'",
        found: "a product of \(found)", expected: "\(expected)")
    case .changesNothing(let source, let tensors):
      Explanation(
        "the edit would change nothing", file: source,
        found: tensors == 0
          ? "the weights of the present revision"
          : "\(tensors) change\(tensors == 1 ? "" : "s") too small for the stored numbers",
        remedy: "Check that this is the edited model: some editors restore the weights at the end.")
    case .otherTensors(let path, let missing, let extra):
      Explanation(
        "the checkpoint does not have the base's tensors", file: path,
        field: (missing + extra).prefix(3).joined(separator: ", "),
        found: "\(missing.count) missing, \(extra.count) more", expected: "the same names",
        remedy: extra == ["lm_head.weight"]
          ? "A head of its own, where the base's is the embedding, makes another model: take it for a base of its own."
          : nil)
    case .otherDeclaration(let path, let tensor, let found, let expected, let isResized):
      Explanation(
        "a tensor is stored otherwise than in the base", file: path, field: "'\(tensor)'",
        found: found, expected: expected,
        remedy: isResized
          ? "Edits keep the base's shapes: take a resized model for a base of its own."
          : "Save the edited model in the base's dtype.")
    case .adapterFile(let path, let directory):
      Explanation(
        "an adapter's factors without its settings, which say how they are scaled", file: path,
        expected: "the directory of the adapter",
        remedy: "Give the directory: 'emend import \(directory)'.")
    case .otherModel(let file, let keys, let found, let expected):
      Explanation(
        "the edited checkpoint is another model than the base, not only other weights", file: file,
        field: keys, found: found, expected: expected,
        remedy:
          "Only weights can be imported: take the edited model's settings for a base of their own.")
    }
  }
}
