package import Files

/// Writes a new safetensors file tensor by tensor, without holding one whole.
///
/// The header is computed from what was declared; then come the bytes, in the order declared. The file
/// appears under its name on `commit`, or never (``AtomicFile``).
package final class SafetensorsWriter {
  private let file: AtomicFile
  private let expectedBytes: Int

  /// Starts a file with the header of these tensors.
  ///
  /// - Parameter metadata: goes under `__metadata__`; `transformers` wants `["format": "pt"]`.
  /// - Precondition: names are distinct, none is `__metadata__`, and the sizes fit in 64 bits.
  package init(
    replacing path: String, tensors: [TensorDeclaration], metadata: [String: String] = [:]
  ) throws(FileFailure) {
    let (header, dataBytes) = Self.header(of: tensors, metadata: metadata)
    file = try AtomicFile(replacing: path)
    expectedBytes = header.count + dataBytes
    try file.append(header)
  }

  /// Adds bytes of the tensor whose turn it is; several calls may bring one tensor.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
    try file.append(bytes)
  }

  /// Adds bytes of the tensor whose turn it is.
  package func append(_ bytes: [UInt8]) throws(FileFailure) { try file.append(bytes) }

  /// Brings the file to the disk and puts it in its place.
  /// - Precondition: exactly the declared bytes were appended.
  package func commit() throws(FileFailure) {
    precondition(
      file.count == expectedBytes, "\(file.count) bytes of \(expectedBytes): \(file.destination)")
    try file.commit()
  }

  /// The eight bytes of length and the header, padded with spaces to a multiple of eight; and the number
  /// of bytes that must follow.
  package static func header(
    of tensors: [TensorDeclaration], metadata: [String: String] = [:]
  ) -> (bytes: [UInt8], dataBytes: Int) {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "a tensor is declared twice")
    var text = JSONText()
    text.write(raw: "{")
    if !metadata.isEmpty {
      text.write(raw: "\"__metadata__\":")
      text.write(.object(JSONObject(metadata.map { ($0.key, .string($0.value)) })))
    }
    var end = 0
    for (i, tensor) in tensors.enumerated() {
      precondition(tensor.name != "__metadata__", "no tensor may be called __metadata__")
      guard let count = tensor.byteCount else {
        preconditionFailure("shape \(tensor.shape) of '\(tensor.name)'")
      }
      if i > 0 || !metadata.isEmpty { text.write(raw: ",") }
      text.write(string: tensor.name)
      let shape = tensor.shape.map { "\($0)" }.joined(separator: ",")
      text.write(raw: ":{\"dtype\":\"\(tensor.elementType.rawValue)\",\"shape\":[\(shape)],")
      text.write(raw: "\"data_offsets\":[\(end),\(end + count)]}")
      end += count
    }
    text.write(raw: "}")
    let padding = (8 - text.bytes.count % 8) % 8
    text.write(raw: String(repeating: " ", count: padding))
    let length = withUnsafeBytes(of: UInt64(text.bytes.count).littleEndian) { Array($0) }
    return (length + text.bytes, end)
  }
}
