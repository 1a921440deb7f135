package import Diagnostics

/// Bytes that are not the safetensors file they should be.
package enum SafetensorsError: ExplainedError, Equatable {
  /// Shorter than the eight bytes that every file starts with.
  case shorterThanLength(file: String, bytes: Int)
  /// A header longer than the format allows: usually not a safetensors file at all.
  case headerTooLong(file: String, bytes: UInt64, limit: Int)
  /// A header that does not fit in the file.
  case headerOutsideFile(file: String, bytes: Int, fileBytes: Int)
  /// A header that does not start with `{`.
  case headerNotObject(file: String, firstByte: UInt8?)
  /// A header that is not JSON of the right form.
  case headerJSON(JSONError)
  /// A key of a tensor's entry that is missing.
  case missingKey(file: String, tensor: String, key: String)
  /// Two entries of one name.
  case duplicateTensor(file: String, tensor: String)
  /// An element type that is not known.
  case unknownElementType(file: String, tensor: String, found: String)
  /// Extents that are negative, too many, or whose product does not fit in 64 bits.
  case impossibleShape(file: String, tensor: String, shape: [Int])
  /// Offsets that are not two, not in order or negative.
  case impossibleOffsets(file: String, tensor: String, offsets: [Int])
  /// Offsets beyond the end of the file.
  case offsetsOutsideFile(file: String, tensor: String, offsets: Range<Int>, dataBytes: Int)
  /// Offsets that span another number of bytes than shape and type need.
  case wrongByteCount(file: String, tensor: String, found: Int, expected: Int)
  /// Bytes that belong to no tensor, or to two, before this one.
  case notContiguous(file: String, tensor: String, start: Int, expected: Int)
  /// Bytes after the last tensor.
  case trailingBytes(file: String, bytes: Int)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    let fetch = "The file is damaged or incomplete: fetch it again and compare its SHA-256."
    let writer =
      "The program that wrote it is at fault: save it again with the safetensors library."
    func of(_ tensor: String, _ key: String) -> String { "\(key) of tensor '\(tensor)'" }
    switch self {
    case .shorterThanLength(let file, let bytes):
      return Explanation(
        "too short for a safetensors file", file: file, found: "\(bytes) bytes",
        expected: "at least 8", remedy: fetch)
    case .headerTooLong(let file, let bytes, let limit):
      return Explanation(
        "the header is longer than the format allows", file: file,
        field: "header length (bytes 0 to 7)", found: "\(bytes)", expected: "at most \(limit)",
        remedy: "This is not a safetensors file, or a damaged one: fetch it again.")
    case .headerOutsideFile(let file, let bytes, let fileBytes):
      return Explanation(
        "the header does not fit in the file", file: file, field: "header length (bytes 0 to 7)",
        found: "\(bytes)", expected: "at most \(fileBytes - 8)", remedy: fetch)
    case .headerNotObject(let file, let firstByte):
      return Explanation(
        "the header is not a JSON object", file: file, field: "byte 8",
        found: firstByte.map { "byte \($0)" } ?? "nothing", expected: "'{'", remedy: fetch)
    case .headerJSON(let error): return error.explanation
    case .missingKey(let file, let tensor, let key):
      return Explanation(
        "a key is missing", file: file, field: of(tensor, key), remedy: writer)
    case .duplicateTensor(let file, let tensor):
      return Explanation(
        "the header names one tensor twice", file: file, field: "tensor '\(tensor)'", remedy: writer
      )
    case .unknownElementType(let file, let tensor, let found):
      return Explanation(
        "the element type is not known", file: file, field: of(tensor, "dtype"),
        found: "'\(found)'",
        expected: "one of " + ElementType.allCases.map(\.rawValue).joined(separator: ", "),
        remedy: "Convert the checkpoint to float32, float16 or bfloat16.")
    case .impossibleShape(let file, let tensor, let shape):
      return Explanation(
        "the shape is impossible", file: file, field: of(tensor, "shape"),
        found: "\(shape.prefix(8))", expected: "a few extents that are not negative", remedy: fetch)
    case .impossibleOffsets(let file, let tensor, let offsets):
      return Explanation(
        "the offsets are impossible", file: file, field: of(tensor, "data_offsets"),
        found: "\(offsets.prefix(4))", expected: "[start, end] with 0 ≤ start ≤ end", remedy: fetch)
    case .offsetsOutsideFile(let file, let tensor, let offsets, let dataBytes):
      return Explanation(
        "the tensor ends beyond the end of the file", file: file, field: of(tensor, "data_offsets"),
        found: "[\(offsets.lowerBound), \(offsets.upperBound)]", expected: "an end ≤ \(dataBytes)",
        remedy: fetch)
    case .wrongByteCount(let file, let tensor, let found, let expected):
      return Explanation(
        "shape and offsets disagree", file: file, field: of(tensor, "data_offsets"),
        found: "\(found) bytes", expected: "\(expected)", remedy: writer)
    case .notContiguous(let file, let tensor, let start, let expected):
      return Explanation(
        start > expected ? "bytes before the tensor belong to none" : "two tensors share bytes",
        file: file, field: of(tensor, "data_offsets"), found: "start \(start)",
        expected: "start \(expected)", remedy: writer)
    case .trailingBytes(let file, let bytes):
      return Explanation(
        "bytes after the last tensor", file: file, found: "\(bytes) bytes", expected: "none",
        remedy: fetch)
    }
  }
}
