import Checkpoint
import Foundation
import TestSupport
import Testing

/// A safetensors file taken apart, to be damaged and put together again.
struct WeightFile {
  let path: String
  var header: String
  var data: [UInt8]

  init(_ path: String) throws {
    self.path = path
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let length = bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    data = Array(bytes[(8 + length)...])
  }

  /// Where a tensor's bytes lie in `data`.
  func range(of tensor: String) throws -> Range<Int> {
    let json = try JSONValue(parsing: Array(header.utf8), file: path)
    let offsets = json[tensor]?["data_offsets"]?.array?.compactMap(\.integer) ?? []
    try #require(offsets.count == 2, "\(tensor)")
    return offsets[0]..<offsets[1]
  }

  /// Puts it together.
  func write() throws {
    try Data(TinySafetensors.file(header: header, data: data)).write(to: URL(filePath: path))
  }
}
