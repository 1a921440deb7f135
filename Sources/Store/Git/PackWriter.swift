internal import Files

/// Collects the objects of one commit and writes them as one pack of stored blocks.
///
/// Nothing is visible before ``finish()``. What passes `memoryLimit` waits in a file without a name, so that
/// memory does not follow the size of the edit. A commit whose payloads pass `flushLimit` becomes several
/// packs; those written earlier hold only unreachable objects until the last one, with the trees and the
/// commit, is there.
///
/// Objects that the repository already has are written again: to skip one that is unreachable would
/// race with a `git gc` that is about to delete it.
///
/// Source: Git's documentation of the pack format, version 2.
final class PackWriter {
  /// Bytes of objects that are held in memory at most.
  private static let memoryLimit = 4 << 20
  /// Bytes of objects in a pack at most, but for the last object.
  private static let flushLimit = 32 << 20

  private struct Entry {
    let kind: ObjectKind
    let content: Content
  }

  private enum Content {
    case held([UInt8])
    case waiting(at: Int, byteCount: Int)
  }

  private let database: ObjectDatabase
  private var entries: [Entry] = []
  private var pending: [ObjectID: ObjectKind] = [:]
  private var pendingBytes = 0
  private var heldBytes = 0
  private var waiting: ScratchFile?
  /// Bytes of the packs that were written so far.
  private(set) var writtenBytes = 0

  init(into database: ObjectDatabase) { self.database = database }

  /// Takes an object and gives its id.
  ///
  /// - Throws: ``GitFailure``, ``FileFailure`` where the disk refuses.
  func add(_ kind: ObjectKind, _ content: [UInt8]) throws -> ObjectID {
    let id = content.withUnsafeBytes { ObjectID(of: kind, $0) }
    guard pending[id] == nil else { return id }
    entries.append(Entry(kind: kind, content: try keep(content)))
    pending[id] = kind
    pendingBytes += content.count
    if pendingBytes > Self.flushLimit { try flush() }
    return id
  }

  private func keep(_ content: [UInt8]) throws -> Content {
    guard heldBytes + content.count > Self.memoryLimit else {
      heldBytes += content.count
      return .held(content)
    }
    let file = try waiting ?? ScratchFile(in: database.directory)
    waiting = file
    return .waiting(
      at: try content.withUnsafeBytes { try file.append($0) }, byteCount: content.count)
  }

  private func bytes(of content: Content) throws -> [UInt8] {
    switch content {
    case .held(let bytes): return bytes
    case .waiting(let place, let count):
      guard let waiting else { preconditionFailure("nothing waits") }
      var bytes = [UInt8](repeating: 0, count: count)
      try bytes.withUnsafeMutableBytes { try waiting.read($0, at: place) }
      return bytes
    }
  }

  /// The kind of an object that is held and not written yet.
  func holds(_ id: ObjectID) -> ObjectKind? { pending[id] }

  /// Writes what is still there. Afterwards every object that was added can be read.
  func finish() throws {
    try flush()
    try database.refresh()
  }

  private func flush() throws {
    guard !entries.isEmpty else { return }
    guard let count = UInt32(exactly: entries.count) else {
      throw GitFailure(
        kind: .other, action: "write the pack", subject: "\(entries.count) objects",
        message: "a pack holds fewer than 2^32")
    }
    var output = PackOutput(try database.packStream())
    try output.begin(count: count)
    for entry in entries {
      let content = try bytes(of: entry.content)
      try output.append(Self.entryHeader(entry.kind, content.count))
      try output.appendStored(content)
    }
    writtenBytes += try output.close()
    entries = []
    pending = [:]
    (pendingBytes, heldBytes, waiting) = (0, 0, nil)
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
