/// Collects the objects of one commit and writes them as one pack of stored blocks.
///
/// Nothing is visible before ``finish()``. A commit whose payloads pass `flushLimit` becomes several
/// packs, so that memory does not follow the size of the edit; those written earlier hold only
/// unreachable objects until the last one, with the trees and the commit, is there.
///
/// Objects that the repository already has are written again: to skip one that is unreachable would
/// race with a `git gc` that is about to delete it.
///
/// Source: Git's documentation of the pack format, version 2.
final class PackWriter {
  /// Payload bytes that are held in memory at most, but for the last object.
  static let flushLimit = 32 << 20

  private struct Entry {
    let kind: ObjectKind
    let content: [UInt8]
  }

  private let database: ObjectDatabase
  private let flushLimit: Int
  private var entries: [Entry] = []
  private var pending: [ObjectID: ObjectKind] = [:]
  private var pendingBytes = 0
  /// Bytes of the packs that were written so far.
  private(set) var writtenBytes = 0
  /// Objects in the packs that were written so far.
  private(set) var writtenObjects = 0

  init(into database: ObjectDatabase, flushLimit: Int = PackWriter.flushLimit) {
    self.database = database
    self.flushLimit = flushLimit
  }

  /// Takes an object and gives its id.
  func add(_ kind: ObjectKind, _ content: [UInt8]) throws(GitFailure) -> ObjectID {
    let id = content.withUnsafeBytes { ObjectID(of: kind, $0) }
    guard pending.updateValue(kind, forKey: id) == nil else { return id }
    entries.append(Entry(kind: kind, content: content))
    pendingBytes += content.count
    if pendingBytes > flushLimit { try flush() }
    return id
  }

  /// The kind of an object that is held and not written yet.
  func holds(_ id: ObjectID) -> ObjectKind? { pending[id] }

  /// Writes what is still held. Afterwards every object that was added can be read.
  func finish() throws(GitFailure) {
    try flush()
    try database.refresh()
  }

  private func flush() throws(GitFailure) {
    guard !entries.isEmpty else { return }
    guard let count = UInt32(exactly: entries.count) else {
      throw GitFailure(
        kind: .other, action: "write the pack", subject: "\(entries.count) objects",
        message: "a pack holds fewer than 2^32")
    }
    var output = PackOutput(try database.packStream())
    try output.begin(count: count)
    for entry in entries {
      try output.append(Self.entryHeader(entry.kind, entry.content.count))
      try output.appendStored(entry.content)
    }
    writtenBytes += try output.close()
    writtenObjects += entries.count
    entries = []
    pending = [:]
    pendingBytes = 0
  }

  /// Three bits of kind and a size in little-endian groups of 4, 7, 7 … bits.
  static func entryHeader(_ kind: ObjectKind, _ size: Int) -> [UInt8] {
    var bytes = [kind.packNumber << 4 | UInt8(size & 15)]
    var rest = size >> 4
    while rest > 0 {
      bytes[bytes.count - 1] |= 0x80
      bytes.append(UInt8(rest & 0x7f))
      rest >>= 7
    }
    return bytes
  }
}
