import Checkpoint

/// The set of edits active at a commit, and the base that they start from.
///
/// Ids are read at once; manifests and payloads when they are asked for. Belongs to the thread of its repository.
package final class EditStack {
  /// The tree that names exactly this: equal trees are equal weights, bit for bit.
  package let tree: ObjectID
  /// The active edits, by id. The order says nothing: edits commute.
  package let edits: [EditID]

  private let database: ObjectDatabase
  private let trees: [EditID: ObjectID]
  private let root: TreeObject
  private var loadedBase: BaseManifest?
  private var loaded: [EditID: StoredEdit] = [:]

  init(tree: ObjectID, in database: ObjectDatabase) throws {
    self.tree = tree
    self.database = database
    root = try database.tree(tree)
    guard let format = root[EditPath.format] else {
      throw StoreError.damagedTree(tree, problem: "there is no file 'format'")
    }
    try RepositoryFormat.check(
      database.read(format.id, as: .blob, limit: RepositoryFormat.byteLimit))
    let items = try StackTree(database: database).items(of: root)
    edits = items.map(\.id)
    trees = Dictionary(uniqueKeysWithValues: items.map { ($0.id, $0.tree) })
  }

  /// Whether an edit is active.
  package func contains(_ id: EditID) -> Bool { trees[id] != nil }

  /// What the edits start from.
  package func base() throws -> BaseManifest {
    if let loadedBase { return loadedBase }
    guard let entry = root[EditPath.base], entry.mode == .file else {
      throw StoreError.damagedTree(tree, problem: "there is no file 'base.json'")
    }
    let bytes = try database.read(entry.id, as: .blob, limit: BaseManifest.byteLimit)
    let base = try BaseManifest.read(bytes, file: EditPath.base)
    loadedBase = base
    return base
  }

  /// An active edit, its manifest read and verified.
  /// - Throws: ``StoreError/editNotActive``; ``StoreError/damagedEdit`` when its manifest is not what its id says.
  package func edit(_ id: EditID) throws -> StoredEdit {
    if let edit = loaded[id] { return edit }
    guard let tree = trees[id] else { throw StoreError.editNotActive(id) }
    let edit = try StoredEdit(id, tree: tree, in: database)
    loaded[id] = edit
    return edit
  }

  /// The active edit whose id begins with some digits.
  /// - Throws: ``StoreError/unknownEdit``, ``StoreError/ambiguousEdit``.
  package func edit(startingWith digits: String) throws -> StoredEdit {
    let wanted = digits.lowercased()
    let found = wanted.isEmpty ? [] : edits.filter { $0.hexadecimal.hasPrefix(wanted) }
    if found.count > 1 { throw StoreError.ambiguousEdit(digits, candidates: found) }
    guard let id = found.first else {
      let length = wanted.count
      let similar = nearMisses(
        of: wanted, among: edits.map { String($0.hexadecimal.prefix(max(length, 8))) })
      throw StoreError.unknownEdit(digits, similar: similar)
    }
    return try edit(id)
  }
}
