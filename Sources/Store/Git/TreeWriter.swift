/// Makes new trees out of an old one and a few changes.
///
/// Only the trees on the way to a change are read and written; the ids of all others are taken over. A
/// commit on a stack of thousands of edits writes a handful of small trees.
struct TreeWriter {
  /// What stands at a path.
  struct Item: Equatable {
    let mode: TreeObject.Mode
    let id: ObjectID
  }

  private let database: ObjectDatabase
  private let pack: PackWriter

  init(reading database: ObjectDatabase, writing pack: PackWriter) {
    self.database = database
    self.pack = pack
  }

  /// The id of the tree that has `changes` made to `base`.
  ///
  /// - Parameter base: the tree to start from; nothing for an empty one.
  /// - Parameter changes: what stands at each path (its components) afterwards; `nil` takes it out. Trees that
  ///   become empty vanish, so that taking out what was put in gives back the same id.
  /// - Returns: `nil` when nothing is left.
  func write(_ changes: [(path: [String], item: Item?)], onto base: ObjectID?) throws -> ObjectID? {
    var tree = try base.map { try database.tree($0) } ?? TreeObject()
    var deeper: [String: [(path: [String], item: Item?)]] = [:]
    for change in changes {
      guard let name = change.path.first else { continue }
      if change.path.count == 1 {
        tree.set(name, to: change.item.map { .init(name: name, mode: $0.mode, id: $0.id) })
      } else {
        deeper[name, default: []].append((Array(change.path.dropFirst()), change.item))
      }
    }
    for (name, changes) in deeper {
      let below = tree[name].flatMap { $0.mode == .tree ? $0.id : nil }
      let written = try write(changes, onto: below)
      tree.set(name, to: written.map { .init(name: name, mode: .tree, id: $0) })
    }
    return tree.entries.isEmpty ? nil : try pack.add(.tree, tree.bytes)
  }
}

extension ObjectDatabase {
  /// Reads a tree.
  func tree(_ id: ObjectID) throws(ObjectError) -> TreeObject {
    let bytes = try read(id, as: .tree, limit: TreeObject.byteLimit)
    do { return try TreeObject(parsing: bytes) } catch { throw .damaged(id, error.problem) }
  }
}
