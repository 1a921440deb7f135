/// What a commit itself brought and took: of a merge, not what one of its sides had done before.
package struct OwnChanges {
  /// Edits that none of the commit's parents has, by id.
  package let added: [EditID]
  /// Edits that a parent has and the commit has not, without a side of the merge having taken them out; by id.
  package let dropped: [EditID]

  private let difference: StackDifference

  /// An edit that was added or, in a commit with one parent, dropped; its manifest read and verified.
  package func edit(_ id: EditID) throws -> StoredEdit { try difference.edit(id) }

  init(_ difference: StackDifference, added: [EditID], dropped: [EditID]) {
    self.difference = difference
    self.added = added
    self.dropped = dropped
  }
}

extension EditRepository {
  /// What a commit itself brought and took.
  ///
  /// An edit that a merge does not have though one parent has it was taken out by the other side where the common ancestor has it,
  /// and by the merge itself where not.
  package func ownChanges(of commit: ObjectID) throws -> OwnChanges {
    let parents = try database.commit(commit).parents
    let first = try changes(of: commit)
    guard parents.count > 1 else {
      return OwnChanges(first, added: first.added, dropped: first.dropped)
    }
    let others = try (2...parents.count).map { try changes(of: commit, mainline: $0) }
    let added = others.reduce(Set(first.added)) { $0.intersection($1.added) }
    let lost = others.reduce(Set(first.dropped)) { $0.union($1.dropped) }
    let lostByAll = others.reduce(Set(first.dropped)) { $0.intersection($1.dropped) }
    var dropped = lostByAll
    if lost.count > lostByAll.count {
      let ancestor = try commonEdits(mergeBases(parents[0], parents[1]), depth: 0)
      dropped.formUnion(lost.subtracting(ancestor))
    }
    return OwnChanges(first, added: added.sorted(), dropped: dropped.sorted())
  }
}
