package import Checkpoint

/// Safetensors bytes put together by hand, so that readers are tested against something else than our
/// own writer; the header may be anything.
package enum TinySafetensors {
  /// A tensor with its bytes.
  package struct Tensor: Sendable {
    /// Its name as it stands in the header, escapes and all.
    package let name: String
    /// The word under `dtype`.
    package let elementType: String
    /// The extents.
    package let shape: [Int]
    /// The elements.
    package let bytes: [UInt8]

    /// Makes a tensor of any bytes.
    package init(_ name: String, _ elementType: String, _ shape: [Int], _ bytes: [UInt8]) {
      self.name = name
      self.elementType = elementType
      self.shape = shape
      self.bytes = bytes
    }

    /// Makes a tensor of numbers in float32, float16 or bfloat16.
    package init(_ name: String, _ type: ElementType, _ shape: [Int], _ numbers: [Double]) {
      var bytes = [UInt8](repeating: 0, count: numbers.count * type.byteCount)
      bytes.withUnsafeMutableBytes { buffer in
        numbers.withUnsafeBufferPointer { type.narrow($0, into: buffer) }
      }
      self.init(name, type.rawValue, shape, bytes)
    }
  }

  /// A file of this header, whatever it says, and these bytes after it.
  package static func file(header: String, data: [UInt8] = []) -> [UInt8] {
    file(headerBytes: Array(header.utf8), data: data)
  }

  /// A file of this header, whatever it says, and these bytes after it.
  package static func file(headerBytes: [UInt8], data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(headerBytes.count).littleEndian) { Array($0) } + headerBytes + data
  }

  /// A well-formed file; the header is padded to a multiple of eight, as writers do.
  package static func file(_ tensors: [Tensor], metadata: String? = nil) -> [UInt8] {
    var entries: [String] = metadata.map { ["\"__metadata__\":\($0)"] } ?? []
    var data: [UInt8] = []
    for tensor in tensors {
      let end = data.count + tensor.bytes.count
      entries.append(
        "\"\(tensor.name)\":{\"dtype\":\"\(tensor.elementType)\",\"shape\":\(tensor.shape),"
          + "\"data_offsets\":[\(data.count),\(end)]}")
      data += tensor.bytes
    }
    var header = "{" + entries.joined(separator: ",") + "}"
    while header.utf8.count % 8 != 0 { header += " " }
    return file(header: header, data: data)
  }
}
