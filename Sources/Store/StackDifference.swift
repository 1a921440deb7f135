import Checkpoint

/// What is active in one commit and not in another, and the other way round.
package final class StackDifference {
  /// A fact's line and the edit that has it.
  package struct Fact: Sendable, Equatable {
    /// The edit.
    package let edit: EditID
    /// The line of its `facts.jsonl`.
    package let line: String
  }

  /// Edits active in the new commit only, by id.
  package let added: [EditID]
  /// Edits active in the old commit only, by id.
  package let dropped: [EditID]
  /// Whether the two start from different bases.
  package let changesBase: Bool

  private let database: ObjectDatabase
  private let trees: [EditID: ObjectID]

  init(from old: ObjectID?, to new: ObjectID, in database: ObjectDatabase) throws {
    self.database = database
    let before = try old.map { try database.tree($0) } ?? TreeObject()
    let after = try database.tree(new)
    changesBase = before[EditPath.base]?.id != after[EditPath.base]?.id
    let items = try StackTree(database: database).difference(from: before, to: after)
    added = items.added.map(\.id).sorted()
    dropped = items.dropped.map(\.id).sorted()
    trees = Dictionary(
      (items.added + items.dropped).map { ($0.id, $0.tree) }, uniquingKeysWith: { a, _ in a })
  }

  /// An edit that was added or dropped, its manifest read and verified.
  package func edit(_ id: EditID) throws -> StoredEdit {
    guard let tree = trees[id] else { throw StoreError.editNotActive(id) }
    return try StoredEdit(id, tree: tree, in: database)
  }

  /// The facts that came and went. A line that an edit on one side and an edit on the other both have is no
  /// change: it is in both commits, by way of another solution.
  package func facts() throws -> (added: [Fact], dropped: [Fact]) {
    let came = try lines(added)
    let went = try lines(dropped)
    return (Self.remainder(of: came, without: went), Self.remainder(of: went, without: came))
  }

  private func lines(_ ids: [EditID]) throws -> [Fact] {
    try ids.flatMap { id in try edit(id).facts().lines.map { Fact(edit: id, line: $0) } }
  }

  private static func remainder(of facts: [Fact], without others: [Fact]) -> [Fact] {
    var counts: [[UInt8]: Int] = [:]  // by bytes: equal strings may differ in theirs
    for fact in others { counts[Array(fact.line.utf8), default: 0] += 1 }
    return facts.filter { fact in
      guard let count = counts[Array(fact.line.utf8)], count > 0 else { return true }
      counts[Array(fact.line.utf8)] = count - 1
      return false
    }
  }
}

extension EditRepository {
  /// What `new` has and `old` has not, and the other way round. Costs what differs, not what is active.
  package func difference(from old: ObjectID, to new: ObjectID) throws -> StackDifference {
    try StackDifference(
      from: database.commit(old).tree, to: database.commit(new).tree, in: database)
  }

  /// What a commit changed against its parent, or from nothing for the first commit.
  ///
  /// - Parameter mainline: which parent, from 1; of a merge, the first is the branch that it was made on.
  /// - Throws: ``StoreError/noSuchParent``.
  package func changes(of commit: ObjectID, mainline: Int = 1) throws -> StackDifference {
    let content = try database.commit(commit)
    if content.parents.isEmpty, mainline == 1 {
      return try StackDifference(from: nil, to: content.tree, in: database)
    }
    guard content.parents.indices.contains(mainline - 1) else {
      throw StoreError.noSuchParent(commit, found: content.parents.count, wanted: mainline)
    }
    return try StackDifference(
      from: self.commit(content.parents[mainline - 1]).tree, to: content.tree, in: database)
  }
}
