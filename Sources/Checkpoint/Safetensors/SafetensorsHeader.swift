/// The header of a safetensors file: which tensors there are and where their bytes lie.
///
/// The format: eight bytes with the header's length (little-endian), the header (a JSON object from names
/// to `dtype`, `shape` and `data_offsets`, padded with spaces), then the tensors' bytes without holes.
/// <https://huggingface.co/docs/safetensors>
package struct SafetensorsHeader: Sendable {
  /// The longest header that the format allows, in bytes.
  package static let longest = 100_000_000
  /// The most extents that a tensor may have.
  static let mostExtents = 32

  /// A tensor and its place.
  package struct Entry: Sendable, Equatable {
    /// Name, type and extents.
    package let declaration: TensorDeclaration
    /// Its bytes, counted from the end of the header.
    package let range: Range<Int>
  }

  /// All tensors, in the order of their bytes.
  package let entries: [Entry]
  /// The pairs under `__metadata__`; nothing is made of them.
  package let metadata: [String: String]
  /// The bytes before the first tensor: eight, and the header's length.
  package let byteCount: Int

  /// Reads the header at the start of a whole file and checks it against the file's size.
  ///
  /// Refuses whatever is not exactly covered by tensors: holes, overlaps, trailing bytes.
  package init(
    parsing bytes: UnsafeRawBufferPointer, file: String
  ) throws(SafetensorsError) {
    guard bytes.count >= 8 else { throw .shorterThanLength(file: file, bytes: bytes.count) }
    let stated = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard let length = Int(exactly: stated), length <= Self.longest else {
      throw .headerTooLong(file: file, bytes: stated, limit: Self.longest)
    }
    guard length <= bytes.count - 8 else {
      throw .headerOutsideFile(file: file, bytes: length, fileBytes: bytes.count)
    }
    let text = UnsafeRawBufferPointer(rebasing: bytes[8..<8 + length])
    guard text.first == UInt8(ascii: "{") else {
      throw .headerNotObject(file: file, firstByte: text.first)
    }
    byteCount = 8 + length
    let written: WrittenHeader
    do throws(JSONError) {
      written = try WrittenHeader(text, file: file)
    } catch {
      throw .headerJSON(error)
    }
    metadata = written.metadata
    var entries: [Entry] = []
    var names: Set<String> = []
    for tensor in written.tensors {
      let entry = try Self.checked(tensor, file: file, dataBytes: bytes.count - byteCount)
      guard names.insert(tensor.name).inserted else {
        throw .duplicateTensor(file: file, tensor: tensor.name)
      }
      entries.append(entry)
    }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try Self.requireCover(entries, dataBytes: bytes.count - byteCount, file: file)
    self.entries = entries
  }

  private static func checked(
    _ tensor: WrittenHeader.Tensor, file: String, dataBytes: Int
  ) throws(SafetensorsError) -> Entry {
    let name = tensor.name
    guard let word = tensor.elementType else {
      throw .missingKey(file: file, tensor: name, key: "dtype")
    }
    guard let shape = tensor.shape else {
      throw .missingKey(file: file, tensor: name, key: "shape")
    }
    guard let offsets = tensor.offsets else {
      throw .missingKey(file: file, tensor: name, key: "data_offsets")
    }
    guard let elementType = ElementType(rawValue: word) else {
      throw .unknownElementType(file: file, tensor: name, found: word)
    }
    let declaration = TensorDeclaration(name: name, elementType: elementType, shape: shape)
    guard shape.count <= mostExtents, let expected = declaration.byteCount else {
      throw .impossibleShape(file: file, tensor: name, shape: shape)
    }
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1] else {
      throw .impossibleOffsets(file: file, tensor: name, offsets: offsets)
    }
    let range = offsets[0]..<offsets[1]
    guard range.upperBound <= dataBytes else {
      throw .offsetsOutsideFile(file: file, tensor: name, offsets: range, dataBytes: dataBytes)
    }
    guard range.count == expected else {
      throw .wrongByteCount(file: file, tensor: name, found: range.count, expected: expected)
    }
    return Entry(declaration: declaration, range: range)
  }

  private static func requireCover(
    _ entries: [Entry], dataBytes: Int, file: String
  ) throws(SafetensorsError) {
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw .notContiguous(
          file: file, tensor: entry.declaration.name, start: entry.range.lowerBound, expected: end)
      }
      end = entry.range.upperBound
    }
    guard end == dataBytes else { throw .trailingBytes(file: file, bytes: dataBytes - end) }
  }
}
