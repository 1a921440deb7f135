/// The tensors of a checkpoint, each with its digest, and the digest of them all.
///
/// The fingerprint is the SHA-256 of this text in UTF-8: the line `checkpoint manifest 1`, then a line for
/// each tensor, in the order of the bytes of their names, made of four words with one space between them:
/// the name as a JSON string (only quotes, backslashes and control characters escaped), the element type as
/// safetensors writes it, the extents in brackets with commas between them, the SHA-256 of the bytes in 64
/// lower-case hexadecimal digits. Every line ends in a line feed:
///
///     checkpoint manifest 1
///     "lm_head.bias" F16 [2000] 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
///
/// How tensors are spread over files, their order there and `__metadata__` do not enter.
package struct CheckpointManifest: Sendable, Equatable {
  /// All tensors, in the order of the bytes of their names.
  package let tensors: [TensorRecord]
  /// The digest of the text above: it names the checkpoint.
  package let fingerprint: Digest

  /// Makes a manifest of records in any order.
  package init(_ tensors: [TensorRecord]) {
    self.tensors = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    fingerprint = Digest(of: Self.text(of: self.tensors))
  }

  /// The text whose digest is the fingerprint.
  package var text: String { String(decoding: Self.text(of: tensors), as: UTF8.self) }

  /// The record of a tensor; `nil` if there is none. Found by bisection.
  package func record(named name: String) -> TensorRecord? {
    let record = tensors[
      tensors.partitionPoint { $0.name.utf8.lexicographicallyPrecedes(name.utf8) }...
    ].first
    return record.flatMap { $0.name.utf8.elementsEqual(name.utf8) ? $0 : nil }
  }

  private static func text(of tensors: [TensorRecord]) -> [UInt8] {
    var text = JSONText()
    text.write(raw: "checkpoint manifest 1\n")
    for tensor in tensors {
      text.write(string: tensor.name)
      let shape = tensor.shape.map { "\($0)" }.joined(separator: ",")
      text.write(raw: " \(tensor.elementType.rawValue) [\(shape)] \(tensor.digest.hexadecimal)\n")
    }
    return text.bytes
  }
}
