extension EditRepository {
  /// Works out a three-way merge on sets of edits.
  ///
  /// An edit is in the result when both sides have it, or when one has it and the common ancestor has not. Since edits commute exactly,
  /// the result does not depend on which side is which. Where both sides have put other edits in the place of one (that was solved
  /// again without a fact, say), the same rule holds for its facts: see ``MergePlan/surplus``.
  ///
  /// - Parameter findConflicts: is given the facts of edits that only our side has and those that only theirs has, and says
  ///   which cannot both hold.
  /// - Throws: ``StoreError/basesDiffer`` where both sides have commits of their own; ``StoreError/filesDiffer(names:)``.
  package func planMerge(
    of theirs: ObjectID, into ours: ObjectID,
    findConflicts: ([StackDifference.Fact], [StackDifference.Fact]) throws -> [FactConflict]
  ) throws -> MergePlan {
    let bases = try MergeBase.all(of: ours, theirs, in: handle)
    if bases.contains(theirs) {
      return MergePlan(
        kind: .upToDate, ours: ours, theirs: theirs, added: [], dropped: [], conflicts: [],
        surplus: [], otherEntries: [])
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
    guard !isFastForward else {
      return MergePlan(
        kind: .fastForward, ours: ours, theirs: theirs, added: added, dropped: dropped,
        conflicts: [], surplus: [], otherEntries: [])
    }
    let (own, foreign) = (try facts(of: kept.map { try left.edit($0) }), try facts(of: added))
    let replaced = try edits(ancestor.subtracting(a).subtracting(b), of: bases)
    let surplus = Self.surplus(of: try facts(of: replaced), own, foreign)
    return MergePlan(
      kind: .trueMerge, ours: ours, theirs: theirs, added: added, dropped: dropped,
      conflicts: try findConflicts(own, foreign).filter {
        !surplus.contains($0.ours) && !surplus.contains($0.theirs)
      }, surplus: surplus,
      otherEntries: try OtherEntries.changes(
        in: database.tree(left.tree), merging: database.tree(right.tree),
        since: bases.first.map { try database.tree(stack(at: $0).tree) } ?? TreeObject()))
  }

  /// Of the facts that both sides had in edits which neither has any more, those that the sides' own edits have too often.
  private static func surplus(
    of replaced: [StackDifference.Fact], _ ours: [StackDifference.Fact],
    _ theirs: [StackDifference.Fact]
  ) -> [StackDifference.Fact] {
    // By bytes: equal strings may differ in theirs.
    let lines = Set(replaced.map { Array($0.line.utf8) })
    guard !lines.isEmpty else { return [] }
    func found(_ facts: [StackDifference.Fact]) -> [[UInt8]: [StackDifference.Fact]] {
      Dictionary(grouping: facts) { Array($0.line.utf8) }.filter { lines.contains($0.key) }
    }
    let (left, right) = (found(ours), found(theirs))
    return lines.flatMap { line -> [StackDifference.Fact] in
      guard let a = left[line], let b = right[line] else { return left[line] ?? right[line] ?? [] }
      // Whichever side is which.
      guard let first = a.map(\.edit).min(), let second = b.map(\.edit).min() else { return [] }
      return first < second ? b : a
    }.sorted { ($0.edit, $0.line) < ($1.edit, $1.line) }
  }

  /// Edits of merge bases, each from whichever has it.
  private func edits(_ ids: Set<EditID>, of bases: [ObjectID]) throws -> [StoredEdit] {
    guard !ids.isEmpty else { return [] }
    let stacks = try bases.map { try stack(at: $0) }
    return try ids.compactMap { id in
      try stacks.first { $0.contains(id) }?.edit(id)
    }
  }

  /// Records a merge.
  ///
  /// - Parameter head: where `HEAD` was when the merge was planned, with the plan's own commit; a branch that was left since is refused.
  /// - Parameter resolve: changes what is recorded, for a merge with conflicts: drops the losing edits and adds what is to stand in their
  ///   place. Ignored where the branch only moves.
  /// - Parameter trailers: what stands in the trailers besides the edits, asked for after `resolve`.
  /// - Returns: `nil` when there was nothing to merge.
  /// - Throws: ``StoreError/unresolved`` when a losing edit, or one with surplus facts, is still there; as ``StackCommit/record``.
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
    for (name, item) in plan.otherEntries { commit.set(item, named: name) }
    try resolve(commit)
    for conflict in plan.conflicts
    where commit.keeps(conflict.ours.edit) && commit.keeps(conflict.theirs.edit) {
      throw StoreError.unresolved(
        ours: conflict.ours.line, theirs: conflict.theirs.line, count: plan.conflicts.count)
    }
    if let fact = plan.surplus.first(where: { commit.keeps($0.edit) }) {
      throw StoreError.unresolved(
        ours: fact.line, theirs: fact.line, count: plan.surplus.count)
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
