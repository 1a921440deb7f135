extension EditRepository {
  /// Works out a three-way merge on sets of edits.
  ///
  /// An edit is in the result when both sides have it, or when one has it and the common ancestor has not. Since edits commute exactly,
  /// the result does not depend on which side is which.
  ///
  /// - Parameter findConflicts: is given the facts of edits that only our side has and those that only theirs has, and says
  ///   which cannot both hold.
  /// - Throws: ``StoreError/basesDiffer`` where both sides have commits of their own.
  package func planMerge(
    of theirs: ObjectID, into ours: ObjectID,
    findConflicts: ([StackDifference.Fact], [StackDifference.Fact]) throws -> [FactConflict]
  ) throws -> MergePlan {
    let bases = try MergeBase.all(of: ours, theirs, in: handle)
    if bases.contains(theirs) {
      return MergePlan(
        kind: .upToDate, ours: ours, theirs: theirs, added: [], dropped: [], conflicts: [])
    }
    let left = try stack(at: ours)
    let right = try stack(at: theirs)
    let isFastForward = bases.contains(ours)
    guard try isFastForward || left.base() == right.base() else {
      throw StoreError.basesDiffer(
        ours: try left.base().fingerprint, theirs: try right.base().fingerprint)
    }
    let ancestor = try commonEdits(bases, depth: 0)
    let a = Set(left.edits)
    let b = Set(right.edits)
    let added = try b.subtracting(a).subtracting(ancestor).sorted().map { try right.edit($0) }
    let dropped = a.subtracting(b).intersection(ancestor).sorted()
    let kept = a.subtracting(b).subtracting(ancestor).sorted()
    let conflicts =
      isFastForward
      ? [] : try findConflicts(facts(of: kept.map { try left.edit($0) }), facts(of: added))
    return MergePlan(
      kind: isFastForward ? .fastForward : .trueMerge, ours: ours, theirs: theirs, added: added,
      dropped: dropped, conflicts: conflicts)
  }

  /// Records a merge.
  ///
  /// - Parameter head: where `HEAD` was when the merge was planned, with the plan's own commit; a branch that was left since is refused.
  /// - Parameter resolve: changes what is recorded, for a merge with conflicts: drops the losing edits and adds what is to stand in their
  ///   place. Ignored where the branch only moves.
  /// - Parameter trailers: what stands in the trailers besides the edits, asked for after `resolve`.
  /// - Returns: `nil` when there was nothing to merge.
  /// - Throws: ``StoreError/unresolved`` when a losing edit is still there; as ``StackCommit/record``.
  package func merge(
    _ plan: MergePlan, message: String, expecting head: HeadPosition? = nil,
    resolve: (StackCommit) throws -> Void = { _ in },
    trailers: () throws -> [(CommitTrailers.Key, String)] = { [] }
  ) throws -> RecordedCommit? {
    switch plan.kind {
    case .upToDate: return nil
    case .fastForward: return try fastForward(plan, head)
    case .trueMerge: break
    }
    let commit = StackCommit(in: self)
    for edit in plan.added { commit.add(edit) }
    for id in plan.dropped { commit.drop(id) }
    try resolve(commit)
    for conflict in plan.conflicts
    where commit.keeps(conflict.ours.edit) && commit.keeps(conflict.theirs.edit) {
      throw StoreError.unresolved(
        ours: conflict.ours.line, theirs: conflict.theirs.line, count: plan.conflicts.count)
    }
    return try commit.record(
      message, as: .merge, onto: head.map { .position($0) } ?? .head(expecting: plan.ours),
      merging: [plan.theirs],
      trailers: trailers())
  }

  private func fastForward(_ plan: MergePlan, _ expected: HeadPosition?) throws -> RecordedCommit {
    try operate(.merge, plan.theirs.abbreviated, "merge \(plan.theirs): Fast-forward") {
      if let expected { try checkHead(expected) }
      let head = try head().commit
      guard head == plan.ours else {
        throw StoreError.headMoved(expected: plan.ours, found: head)
      }
      return [try headStep(to: plan.theirs)]
    }
    return RecordedCommit(
      id: plan.theirs, tree: try database.commit(plan.theirs).tree, added: plan.added.map(\.id),
      dropped: plan.dropped, writtenBytes: 0)
  }

  /// What sides that a merge joins changed since they parted from its first parent, and the merge has not taken over: edits that
  /// came and are not there, those aside that its message drops; and edits that went and are there.
  package func missed(by merge: HistoryEntry) throws -> (added: [EditID], dropped: [EditID]) {
    guard let first = merge.commit.parents.first else { return ([], []) }
    let ours = Set(try stack(at: first).edits)
    let merged = Set(try stack(ofTree: merge.commit.tree).edits)
    let said = Set(merge.trailers[.drops].compactMap { EditID(hexadecimal: $0) })
    var (added, dropped): (Set<EditID>, Set<EditID>) = ([], [])
    for parent in merge.commit.parents.dropFirst() {
      let theirs = Set(try stack(at: parent).edits)
      let ancestor = try commonEdits(MergeBase.all(of: first, parent, in: handle), depth: 0)
      added.formUnion(theirs.subtracting(ours).subtracting(ancestor))
      dropped.formUnion(ours.intersection(ancestor).subtracting(theirs))
    }
    return (
      added.subtracting(merged).subtracting(said).sorted(), dropped.intersection(merged).sorted()
    )
  }

  private func facts(of edits: [StoredEdit]) throws -> [StackDifference.Fact] {
    try edits.flatMap { edit in
      try edit.facts().lines.map { StackDifference.Fact(edit: edit.id, line: $0) }
    }
  }

  /// The edits of the common ancestor. Where there are several (branches merged into each other), theirs are merged first, by the
  /// same rule; the order of two does not matter, and that of more is by id.
  func commonEdits(_ bases: [ObjectID], depth: Int) throws -> Set<EditID> {
    guard let first = bases.first else { return [] }
    var common = Set(try stack(at: first).edits)
    // Deeper than this, an ancestor of ancestors decides nothing that a person would expect.
    guard depth < 8 else { return common }
    for other in bases.dropFirst() {
      let edits = Set(try stack(at: other).edits)
      let older = try commonEdits(MergeBase.all(of: first, other, in: handle), depth: depth + 1)
      common = Self.merged(common, edits, since: older)
    }
    return common
  }

  private static func merged(
    _ a: Set<EditID>, _ b: Set<EditID>, since ancestor: Set<EditID>
  ) -> Set<EditID> {
    a.intersection(b).union(a.symmetricDifference(b).subtracting(ancestor))
  }
}
