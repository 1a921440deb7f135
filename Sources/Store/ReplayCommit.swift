extension EditRepository {
  /// Takes back what a commit changed, however old it is: the edits that it added go, those that it dropped
  /// come again.
  ///
  /// - Parameter mainline: for a merge, the parent (from 1) to whose side it is taken back.
  /// - Parameter message: in place of `Revert "…"`.
  /// - Throws: ``StoreError/editNotActive`` when one of the commit's edits is gone already, ``StoreError/editActive`` when one
  ///   that would come is there; ``StoreError/noSuchParent``, ``StoreError/mergeNeedsMainline``, and as ``StackCommit/record``.
  package func revert(
    _ commit: ObjectID, mainline: Int? = nil, message: String? = nil,
    expecting head: HeadPosition? = nil
  ) throws -> RecordedCommit {
    let content = try database.commit(commit)
    let change = try singleChange(of: commit, content, mainline)
    let replay = StackCommit(in: self)
    for id in change.added { replay.drop(id) }
    for id in change.dropped { try replay.add(change.edit(id)) }
    if change.changesBase {
      try replay.setBase(stack(at: content.parents[(mainline ?? 1) - 1]).base())
    }
    return try replay.record(
      message ?? "Revert \"\(content.summary)\"\n\nThis reverts commit \(commit).",
      as: .revert, onto: head.map { .position($0) } ?? .head(expecting: nil),
      trailers: [(.reverts, commit.hexadecimal)])
  }

  /// Repeats on `HEAD` what a commit changed. Author and message are the commit's.
  ///
  /// - Parameter mainline: for a merge, the parent (from 1) against whose side the change is taken.
  /// - Throws: as ``revert(_:mainline:message:expecting:)``, the other way round.
  package func cherryPick(
    _ commit: ObjectID, mainline: Int? = nil, expecting head: HeadPosition? = nil
  ) throws -> RecordedCommit {
    let content = try database.commit(commit)
    let change = try singleChange(of: commit, content, mainline)
    let replay = StackCommit(in: self)
    for id in change.added { try replay.add(change.edit(id)) }
    for id in change.dropped { replay.drop(id) }
    if change.changesBase { try replay.setBase(stack(ofTree: content.tree).base()) }
    return try replay.record(
      CommitTrailers.removingOurs(from: content.message), as: .cherryPick,
      onto: head.map { .position($0) } ?? .head(expecting: nil),
      trailers: [(.picks, commit.hexadecimal)],
      author: content.author)
  }

  private func singleChange(
    of commit: ObjectID, _ content: CommitObject, _ mainline: Int?
  ) throws -> StackDifference {
    guard !content.parents.isEmpty else {
      throw StoreError.noSuchParent(commit, found: 0, wanted: mainline ?? 1)
    }
    if content.parents.count > 1, mainline == nil {
      throw StoreError.mergeNeedsMainline(commit, parents: content.parents.count)
    }
    return try changes(of: commit, mainline: mainline ?? 1)
  }
}
