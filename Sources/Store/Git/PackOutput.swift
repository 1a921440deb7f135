internal import Checkpoint
internal import Files

/// Gathers small pieces, hashes them and hands them to libgit2 in large ones.
struct PackOutput: ~Copyable {
  private static let bufferSize = 1 << 20
  private let stream: PackStream
  private var seal = HashAccumulator(.sha1)
  private var buffer: [UInt8] = []
  private var byteCount = 0

  init(_ stream: PackStream) {
    self.stream = stream
    buffer.reserveCapacity(Self.bufferSize + StoredDeflate.blockLimit)
  }

  /// Writes the head of a pack of so many objects.
  mutating func begin(count: UInt32) throws(GitFailure) {
    try append(Array("PACK".utf8))
    for word in [2, count] { try append(withUnsafeBytes(of: word.bigEndian) { Array($0) }) }
  }

  mutating func append(_ bytes: some Collection<UInt8>) throws(GitFailure) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try drain() }
  }

  mutating func appendStored(_ content: [UInt8]) throws(GitFailure) {
    try content.withBytes { content throws(GitFailure) in
      try StoredDeflate.encode(content) { piece throws(GitFailure) in
        buffer.append(contentsOf: piece)
        if buffer.count >= Self.bufferSize { try drain() }
      }
    }
  }

  private mutating func drain() throws(GitFailure) {
    try buffer.withBytes { bytes throws(GitFailure) in
      seal.append(bytes)
      try stream.append(bytes)
    }
    byteCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  /// Ends the pack. Nothing is written after this.
  mutating func close() throws -> Int {
    try drain()
    let finished = exchange(&seal, with: HashAccumulator(.sha1))
    buffer = finished.finish()
    let sealCount = buffer.count
    try buffer.withBytes { bytes throws(GitFailure) in try stream.append(bytes) }
    try stream.commit()
    return byteCount + sealCount
  }
}
