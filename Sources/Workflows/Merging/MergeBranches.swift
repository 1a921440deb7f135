package import Diagnostics
internal import Editing
package import Store

/// Joins two sets of edits: `emend merge`.
package struct MergeBranches {
  /// What becomes of facts that contradict each other.
  package enum Resolution: Sendable {
    /// The merge is refused and the facts are named.
    case refuse
    /// Ours stay; theirs are taken out of their batches.
    case ours
    /// Theirs stay; ours are taken out of their batches.
    case theirs
    /// As a file says, conflict by conflict.
    case file(ResolutionFile)
  }

  /// What is done where both sides have commits of their own.
  package enum Forward: Sendable {
    /// They are merged.
    case orMerge
    /// Nothing: the branch only moves forward.
    case only
  }

  /// What was done.
  package struct Outcome: Sendable {
    /// The commit; `nil` when there was nothing to merge.
    package let commit: RecordedCommit?
    /// Whether the branch only moved to a commit that was there.
    package let isFastForward: Bool
    /// How far the batches of the two sides disturb each other where they do not contradict; `nil` where nothing was
    /// measured.
    package let interference: Interference?
    /// Why nothing was measured, where that was wanted.
    package let notMeasured: Explanation?
  }

  /// Whether batches of the two sides are measured against each other.
  package enum Measuring: Sendable { case interference, nothing }

  private let workspace: Workspace
  private let moments: String?

  /// Merges in a workspace; `moments` is a file of second moments for batches that are solved again.
  package init(in workspace: Workspace, moments: String?) {
    self.workspace = workspace
    self.moments = moments
  }

  /// The facts to which a merge of a revision into `HEAD` would give two objects.
  ///
  /// - Throws: what the store throws.
  package func conflicts(with revision: RevisionExpression) throws -> [MergeConflict] {
    let repository = workspace.repository
    let plan = try repository.planMerge(
      of: repository.commitID(revision), into: repository.head().commit,
      findConflicts: MergeConflict.pairs)
    return try MergeConflict.all(in: plan.conflicts)
  }

  /// Merges a revision into `HEAD`.
  ///
  /// - Parameter forward: whether anything is merged; as `merge.ff` says where it is `nil`.
  /// - Parameter requirement: what both sides' facts must measure up to on the joined state, beside the repository's
  ///   own requirement.
  /// - Throws: ``RemoteError/diverged(branch:remote:)``, ``WorkflowError/mergeConflicts(lines:count:with:)``, ``WorkflowError/idleOption(_:circumstance:)``, ``ResolutionError``, ``RequirementError``, what the solver and the
  ///   store throw.
  package func run(
    _ revision: RevisionExpression, message: String?, resolution: Resolution,
    forward: Forward? = nil, requiring requirement: String? = nil,
    measuring: Measuring = .interference, tool: String
  ) throws -> Outcome {
    let repository = workspace.repository
    let gate = try EditGate(of: repository, asking: requirement)
    try repository.checkRecording()
    let ours = try repository.head()
    let theirs = try repository.commitID(revision)
    let plan = try repository.planMerge(
      of: theirs, into: ours.commit, findConflicts: MergeConflict.pairs)
    let isForwardOnly =
      try forward.map { $0 == .only }
      ?? repository.mergesForwardOnly(pulling: false)
    guard plan.kind != .trueMerge || !isForwardOnly else {
      throw RemoteError.diverged(branch: ours.branch ?? "HEAD", remote: revision.text)
    }
    let losers =
      try plan.surplus + losers(MergeConflict.all(in: plan.conflicts), resolution, revision)
    if losers.isEmpty {
      guard moments == nil || plan.kind != .trueMerge else {
        throw WorkflowError.idleOption("--stats", circumstance: "where no batch loses a fact")
      }
      try check(plan, gate)
    }
    let name = ours.branch.map { " into \($0)" } ?? ""
    var replaced: [EditID: EditID] = [:]
    var joined: SolveState?
    let recorded = try repository.merge(
      plan, message: message ?? "Merge \(revision.text)\(name)", expecting: ours,
      resolve: { commit in
        guard !losers.isEmpty else { return }
        let taken = try take(losers, out: plan, gate, in: commit, tool: tool)
        (replaced, joined) = (taken.replaced, taken.state)
      },
      trailers: {
        if let joined { return [try WeightsFingerprint(of: workspace.base()).trailer(joined)] }
        // A merge needs no base; where one is at hand and the model is to be run anyway, it costs little more.
        guard !gate.isOpen || measuring == .interference, let base = try? workspace.base() else {
          return []
        }
        return [try WeightsFingerprint(of: base).trailer(state(of: plan))]
      })
    guard let recorded, plan.kind == .trueMerge, measuring == .interference else {
      return Outcome(
        commit: recorded, isFastForward: plan.kind == .fastForward, interference: nil,
        notMeasured: nil)
    }
    do {
      let measured = try measure(plan, merged: recorded.id, replaced)
      return Outcome(
        commit: recorded, isFastForward: false, interference: measured, notMeasured: nil)
    } catch let error as any ExplainedError {
      // The merge is made, with or without a base to measure on.
      return Outcome(
        commit: recorded, isFastForward: false, interference: nil, notMeasured: error.explanation)
    }
  }

  /// Holds a merge in which no facts lose against what is required.
  private func check(_ plan: MergePlan, _ gate: EditGate) throws {
    guard !gate.isOpen, plan.kind != .upToDate else { return }
    let left = try workspace.repository.stack(at: plan.ours)
    let right = try workspace.repository.stack(at: plan.theirs)
    let gone = Set(plan.dropped)
    let beside = try left.edits.filter { !right.contains($0) && !gone.contains($0) }
      .map { try left.edit($0) }
    try gate.check(
      adding: plan.added, beside: beside, dropping: plan.dropped, on: left, in: workspace)
  }

  private func losers(
    _ conflicts: [MergeConflict], _ resolution: Resolution, _ revision: RevisionExpression
  ) throws -> [StackDifference.Fact] {
    switch resolution {
    case .refuse:
      guard conflicts.isEmpty else {
        throw WorkflowError.mergeConflicts(
          lines: conflicts.prefix(5).map(\.line), count: conflicts.count, with: revision.text)
      }
      return []
    case .ours: return try conflicts.flatMap { try $0.losers(.ours) }
    case .theirs: return try conflicts.flatMap { try $0.losers(.theirs) }
    case .file(let file):
      return try zip(conflicts, file.choices(for: conflicts)).flatMap { try $0.losers($1) }
    }
  }

  /// The joined state of a merge in which no facts lose.
  private func state(of plan: MergePlan) throws -> SolveState {
    var state = SolveState(stack: try workspace.repository.stack(at: plan.ours))
    state.excluded = Set(plan.dropped)
    for edit in plan.added { try state.add(stored: edit) }
    return state
  }

  /// Takes the losing facts out of their batches, which are solved again on the merged state.
  ///
  /// - Returns: for each batch that was solved again, the one that it replaces; and the merged state.
  private func take(
    _ losers: [StackDifference.Fact], out plan: MergePlan, _ gate: EditGate,
    in commit: StackCommit, tool: String
  ) throws -> (replaced: [EditID: EditID], state: SolveState) {
    let repository = workspace.repository
    var settings = EditSettings(of: workspace)
    settings.moments = moments
    let solver = BatchSolver(workspace: workspace, settings: settings)
    let (left, right) = (try repository.stack(at: plan.ours), try repository.stack(at: plan.theirs))
    let lines = Dictionary(grouping: losers, by: \.edit)
    // The merged state without the batches that lose facts: ours, theirs' additions beside it.
    var state = SolveState(stack: left)
    state.excluded = Set(plan.dropped).union(lines.keys)
    for edit in plan.added where lines[edit.id] == nil { try state.add(stored: edit) }
    var asked = try plan.added.filter { lines[$0.id] == nil }.flatMap {
      try ListFacts.facts(of: $0)
    }
    for id in left.edits where !right.contains(id) && !state.excluded.contains(id) {
      asked += try ListFacts.facts(of: left.edit(id))
    }
    var replaced: [EditID: EditID] = [:]
    for id in lines.keys.sorted() {
      let edit = try left.contains(id) ? left.edit(id) : right.edit(id)
      let gone = Set((lines[id] ?? []).map { Array($0.line.utf8) })
      commit.drop(id)
      let cases = try ListFacts.facts(of: edit)
      func isKept(_ factCase: FactCase) -> Bool {
        !gone.contains(Array(Editing.FactLines.encode([factCase]).dropLast()))
      }
      guard cases.contains(where: isKept) else { continue }
      let solution = try solver.solveAgain(
        edit, keeping: isKept, on: state, refreshingTargets: .keep, tool: tool)
      let new = try solution.add(to: commit).id
      state.add(solution, new, insteadOf: id)
      replaced[new] = id
      asked += solution.cases
    }
    try gate.check(asked, excluding: state.excluded, adding: state.extra, on: left, in: workspace)
    return (replaced, state)
  }

  /// The batches that only one side has, against those that only the other has, on the merged weights.
  private func measure(
    _ plan: MergePlan, merged: ObjectID, _ replaced: [EditID: EditID]
  ) throws -> Interference {
    let repository = workspace.repository
    let stack = try repository.stack(at: merged)
    let (left, right) = (try repository.stack(at: plan.ours), try repository.stack(at: plan.theirs))
    func side(_ own: EditStack, without other: EditStack) throws -> [StoredEdit] {
      try stack.edits.filter { id in
        let origin = replaced[id] ?? id
        return own.contains(origin) && !other.contains(origin)
      }.map { try stack.edit($0) }
    }
    return try MeasureInterference(in: workspace).run(
      side(left, without: right), side(right, without: left), on: stack)
  }
}
