/// The log of operations: every command that moved references, so that it can be taken back.
///
/// It is a chain of commits behind `refs/emend/operations`; each holds one ``OperationRecord``. The commits that
/// an operation moved a reference from or to are parents of its commit, so that `git gc` keeps what an undo needs. Why it is
/// kept so: `Documentation/decisions/0002-operation-log.md`.
struct OperationLog {
  static let reference = "refs/emend/operations"
  static let file = "operation.json"

  private let database: ObjectDatabase
  private let references: ReferenceStore

  init(_ database: ObjectDatabase, _ references: ReferenceStore) {
    self.database = database
    self.references = references
  }

  /// The latest operation.
  func head() throws -> ObjectID? { try references.target(of: Self.reference) }

  /// Adds the objects of an operation to a pack, and gives the step of the log's reference.
  func prepare(
    _ record: OperationRecord, by identity: Identity, in pack: PackWriter
  ) throws -> (id: ObjectID, step: ReferenceChange) {
    let previous = try head()
    var tree = TreeObject()
    let blob = try pack.add(.blob, record.json.bytes)
    tree.set(Self.file, to: .init(name: Self.file, mode: .file, id: blob))
    var parents = previous.map { [$0] } ?? []
    for change in record.changes {
      for case .object(let id) in [change.before, change.after] {
        // A tag object cannot be a parent; the commit that it names can. Deleted, the tag itself stays for the
        // two weeks that `git gc` gives to what nothing names. A tag that is new names what is reachable.
        let commit: ObjectID? =
          switch pack.holds(id) {
          case .commit: id
          case .tag, .tree, .blob: nil
          case nil: try? database.peeledToCommit(id)
          }
        if let commit, !parents.contains(commit) { parents.append(commit) }
      }
    }
    // The summary stays out of the message: `:/words` looks through all references, these too.
    let commit = CommitObject(
      tree: try pack.add(.tree, tree.bytes), parents: parents, author: identity.author,
      committer: identity.committer, message: "emend operation: \(record.kind.rawValue)")
    let id = try pack.add(.commit, commit.bytes)
    return (
      id,
      ReferenceChange(
        name: Self.reference, before: previous.map { .object($0) } ?? .absent, after: .object(id))
    )
  }

  /// Reads an operation.
  func read(_ id: ObjectID) throws -> Operation {
    let commit = try database.commit(id)
    guard let entry = try database.tree(commit.tree)[Self.file] else {
      throw StoreError.damagedTree(commit.tree, problem: "there is no file '\(Self.file)'")
    }
    let bytes = try database.read(entry.id, as: .blob, limit: OperationRecord.byteLimit)
    let record = try OperationRecord.read(bytes, file: "operation \(id.abbreviated)")
    // The parents begin with the operation before, if there was one.
    let previous = try commit.parents.first.flatMap { try isOperation($0) ? $0 : nil }
    return Operation(id: id, record: record, committer: commit.committer, previous: previous)
  }

  /// Whether a commit is an operation: its tree has a record. One that cannot be read may have been one.
  private func isOperation(_ id: ObjectID) throws -> Bool {
    let tree = try database.commit(id).tree
    let bytes = try database.read(tree, as: .tree, limit: TreeObject.byteLimit)
    // A tree that is whole and not one of ours is another program's, which a branch may name.
    return (try? TreeObject(parsing: bytes))?[Self.file] != nil
  }

  /// An operation in the log.
  struct Operation {
    let id: ObjectID
    let record: OperationRecord
    let committer: Signature
    let previous: ObjectID?
  }
}
