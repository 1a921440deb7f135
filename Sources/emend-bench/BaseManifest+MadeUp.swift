import Checkpoint
import Store

extension BaseManifest {
  /// A base of some tensors that no checkpoint has.
  init(madeOf tensors: [Tensor]) throws {
    let records = tensors.map {
      TensorRecord(
        declaration: .init(name: $0.name, elementType: $0.elementType, shape: $0.shape),
        digest: $0.digest, largestMagnitude: nil)
    }
    try self.init(
      fingerprint: CheckpointManifest(records).fingerprint, architecture: "none",
      modelType: "none", tensors: tensors, tokenizer: nil)
  }
}
