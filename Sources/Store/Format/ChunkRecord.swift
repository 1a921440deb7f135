package import Checkpoint

/// One piece of a payload: hosts refuse large blobs, and libgit2 holds a blob whole.
package struct ChunkRecord: Sendable, Equatable {
  /// Every chunk but the last of a payload has exactly this many bytes.
  package static let byteLimit = 8 << 20
  /// The longest payload: 2^40 bytes.
  static let countLimit = 1 << 17

  /// Bytes in it, at least one.
  package let byteCount: Int
  /// The SHA-256 of its bytes.
  package let digest: Digest

  /// How a payload of so many bytes is cut.
  static func ranges(of byteCount: Int) -> [Range<Int>] {
    stride(from: 0, to: byteCount, by: byteLimit).map {
      $0..<min($0 + byteLimit, byteCount)
    }
  }

  var json: CanonicalJSON {
    .object(
      .init([
        ("bytes", .integer(Int64(byteCount))), ("sha256", .string(digest.hexadecimal)),
      ]))
  }
}

extension ObjectReader {
  /// The chunks of a payload: at least one, all full but the last.
  func chunks(_ key: String) throws(FormatError) -> [ChunkRecord] {
    let chunks = try array(key, atMost: ChunkRecord.countLimit) {
      value, place throws(FormatError) in
      let reader = try ObjectReader(value, file: file, path: place, allowing: ["bytes", "sha256"])
      return ChunkRecord(
        byteCount: try reader.integer("bytes", in: 1...ChunkRecord.byteLimit),
        digest: try reader.digest("sha256"))
    }
    guard !chunks.isEmpty else { throw failure(key, "no chunks", "at least one") }
    if let index = chunks.dropLast().firstIndex(where: { $0.byteCount != ChunkRecord.byteLimit }) {
      throw failure(
        "\(key)[\(index)].bytes", "\(chunks[index].byteCount)",
        "\(ChunkRecord.byteLimit) in every chunk but the last")
    }
    return chunks
  }
}
