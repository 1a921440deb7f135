import Checkpoint

/// An edit as it lies in the repository. Everything that is read from it is checked against its id.
package final class StoredEdit {
  /// Its name, the hash of its content.
  package let id: EditID
  /// What it says about itself.
  package let manifest: EditManifest

  /// The tree that holds it.
  let tree: ObjectID
  private let database: ObjectDatabase
  private let root: TreeObject

  init(_ id: EditID, tree: ObjectID, in database: ObjectDatabase) throws {
    self.id = id
    self.tree = tree
    self.database = database
    root = try database.tree(tree)
    guard let entry = root[EditPath.manifest], entry.mode == .file else {
      throw StoreError.damagedEdit(
        id, file: EditPath.manifest, found: "nothing", expected: "a file")
    }
    let bytes = try database.read(entry.id, as: .blob, limit: EditManifest.byteLimit)
    let found = Digest(of: bytes)
    guard found == id.digest else {
      throw StoreError.damagedEdit(
        id, file: EditPath.manifest, found: "SHA-256 \(found)", expected: "SHA-256 \(id)")
    }
    manifest = try EditManifest.read(
      bytes, file: "edit \(id.abbreviated): \(EditPath.manifest)")
  }

  /// Its facts, one a line.
  package func facts() throws -> FactLines {
    let bytes = try factBytes()
    // Before a string is made of each line: a short line takes many times its bytes.
    let count = bytes.count { $0 == 10 }
    guard count == manifest.facts.count else {
      throw StoreError.damagedEdit(
        id, file: EditPath.facts, found: "\(count) facts", expected: "\(manifest.facts.count)")
    }
    return try FactLines(parsing: bytes, file: "edit \(id.abbreviated): \(EditPath.facts)")
  }

  /// The bytes of its facts, each line with its end.
  package func factBytes() throws -> [UInt8] {
    guard let entry = root[EditPath.facts], entry.mode == .file else {
      throw StoreError.damagedEdit(id, file: EditPath.facts, found: "nothing", expected: "a file")
    }
    let bytes = try database.read(entry.id, as: .blob, limit: FactLines.byteLimit)
    let found = Digest(of: bytes)
    guard found == manifest.facts.digest else {
      throw StoreError.damagedEdit(
        id, file: EditPath.facts, found: "SHA-256 \(found)",
        expected: "SHA-256 \(manifest.facts.digest)")
    }
    return bytes
  }

  /// The whole payload of a tensor's delta.
  /// - Throws: ``StoreError/noDelta``; ``StoreError/damagedEdit`` when a byte of it is not what was recorded.
  package func delta(of tensor: String) throws -> [UInt8] {
    guard let record = manifest.deltas.first(where: { $0.tensor.utf8.elementsEqual(tensor.utf8) })
    else { throw StoreError.noDelta(id, tensor: tensor) }
    return try payload(record.chunks, at: EditPath.delta(of: record.tensor))
  }

  /// The stored targets; `nil` for an edit without.
  package func targets() throws -> [UInt8]? {
    guard !manifest.targets.isEmpty else { return nil }
    return try payload(manifest.targets, at: [EditPath.targets])
  }

  private func payload(_ chunks: [ChunkRecord], at path: [String]) throws -> [UInt8] {
    let folder = try directory(path)
    var bytes: [UInt8] = []
    for (index, chunk) in chunks.enumerated() {
      try bytes.append(contentsOf: read(chunk, index, in: folder, at: path))
    }
    return bytes
  }

  /// One chunk, its length looked at before it is read and its SHA-256 after.
  func read(
    _ chunk: ChunkRecord, _ index: Int, in folder: TreeObject, at path: [String]
  ) throws -> [UInt8] {
    let name = EditPath.chunk(index)
    let file = (path + [name]).joined(separator: "/")
    guard let entry = folder[name], entry.mode == .file else {
      throw StoreError.damagedEdit(
        id, file: file, found: "nothing", expected: "\(chunk.byteCount) bytes")
    }
    let header = try database.header(of: entry.id)
    guard header.kind == .blob, header.byteCount == chunk.byteCount else {
      throw StoreError.damagedEdit(
        id, file: file, found: "a \(header.kind.rawValue) of \(header.byteCount) bytes",
        expected: "a blob of \(chunk.byteCount)")
    }
    let bytes = try database.read(entry.id, as: .blob, limit: chunk.byteCount)
    let found = Digest(of: bytes)
    guard found == chunk.digest else {
      throw StoreError.damagedEdit(
        id, file: file, found: "SHA-256 \(found)", expected: "SHA-256 \(chunk.digest)")
    }
    return bytes
  }

  /// A directory inside the edit.
  func directory(_ path: [String]) throws -> TreeObject {
    var tree = root
    for name in path {
      guard let entry = tree[name], entry.mode == .tree else {
        throw StoreError.damagedEdit(
          id, file: path.joined(separator: "/"), found: "nothing", expected: "a directory")
      }
      tree = try database.tree(entry.id)
    }
    return tree
  }
}
