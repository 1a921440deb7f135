import Checkpoint

/// The way between a commit's tree and the set of edits that it names.
struct StackTree {
  let database: ObjectDatabase

  /// An edit, and the tree that holds it.
  struct Item: Equatable {
    let id: EditID
    let tree: ObjectID
  }

  /// The edits of a tree, by id.
  func items(of root: TreeObject) throws -> [Item] {
    var items: [Item] = []
    for group in try groups(of: root) { try items.append(contentsOf: self.items(in: group)) }
    return items
  }

  /// One edit of a tree, found without reading the others.
  func item(_ id: EditID, of root: TreeObject) throws -> Item? {
    let path = EditPath.directory(of: id)
    guard let edits = root[path[0]], let group = try database.tree(edits.id)[path[1]],
      let entry = try database.tree(group.id)[path[2]]
    else { return nil }
    return Item(id: id, tree: entry.id)
  }

  /// What `new` has and `old` has not, and the other way round. Only directories that differ are read, so that
  /// a commit costs what it changes and not what is active.
  func difference(
    from old: TreeObject, to new: TreeObject
  ) throws -> (added: [Item], dropped: [Item]) {
    guard old[EditPath.edits] != new[EditPath.edits] else { return ([], []) }
    let before = Dictionary(uniqueKeysWithValues: try groups(of: old).map { ($0.name, $0) })
    let after = Dictionary(uniqueKeysWithValues: try groups(of: new).map { ($0.name, $0) })
    var added: [Item] = []
    var dropped: [Item] = []
    for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
      let left = try before[name].map { try items(in: $0) } ?? []
      let right = try after[name].map { try items(in: $0) } ?? []
      let leftIDs = Set(left.map(\.id))
      let rightIDs = Set(right.map(\.id))
      added += right.filter { !leftIDs.contains($0.id) }
      dropped += left.filter { !rightIDs.contains($0.id) }
    }
    return (added, dropped)
  }

  /// The directories `edits/00` … `edits/ff` that there are.
  func groups(of root: TreeObject) throws -> [TreeObject.Entry] {
    guard let edits = root[EditPath.edits] else { return [] }
    guard edits.mode == .tree else {
      throw StoreError.damagedTree(edits.id, problem: "'edits' is not a directory")
    }
    return try entries(of: edits.id, "edits")
  }

  /// What a directory holds: there are no empty ones.
  private func entries(of id: ObjectID, _ name: String) throws -> [TreeObject.Entry] {
    let entries = try database.tree(id).entries
    guard !entries.isEmpty else {
      throw StoreError.damagedTree(id, problem: "the directory '\(name)' is empty")
    }
    return entries
  }

  /// The edits of one of the directories.
  func items(in group: TreeObject.Entry) throws -> [Item] {
    guard group.mode == .tree, group.name.utf8.count == 2 else {
      throw StoreError.damagedTree(
        group.id, problem: "'edits/\(group.name)' is not a directory of two digits")
    }
    return try entries(of: group.id, "edits/\(group.name)").map { entry in
      guard entry.mode == .tree, let id = EditID(hexadecimal: group.name + entry.name) else {
        throw StoreError.damagedTree(
          group.id, problem: "'edits/\(group.name)/\(entry.name)' is not the directory of an edit")
      }
      return Item(id: id, tree: entry.id)
    }
  }
}
