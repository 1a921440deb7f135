package import Editing
package import Store

/// Takes single facts out of a commit's batch: `emend revert REV --fact`.
///
/// The batch is solved again from its stored targets without them, on the present state less the batch
/// itself: no target is optimised.
package struct RevertFacts {
  /// What was taken out and what remains.
  package struct Outcome: Sendable {
    /// The commit.
    package let commit: RecordedCommit
    /// Facts that were taken out.
    package let removed: [Fact]
    /// Facts of the batches that remain.
    package let kept: Int
  }

  private let workspace: Workspace
  private let settings: EditSettings

  /// Solves with the settings' second moments.
  package init(in workspace: Workspace, _ settings: EditSettings) {
    self.workspace = workspace
    self.settings = settings
  }

  /// Takes out all facts about some subjects.
  ///
  /// - Parameter subjects: compared letter for letter; how much space stands between words does not count.
  /// - Throws: ``WorkflowError/noSuchFacts(subjects:revision:)``,
  ///   ``WorkflowError/nothingActive(revision:)``, what the solver and the store throw.
  package func run(
    _ revision: RevisionExpression, subjects: [String], message: String?, tool: String
  ) throws -> Outcome {
    let repository = workspace.repository
    try repository.checkRecording()
    let head = try repository.head()
    let target = try repository.commitID(revision)
    let stack = try repository.stack(at: head.commit)
    let edits = try repository.changes(of: target).added.filter { stack.contains($0) }
    guard !edits.isEmpty else { throw WorkflowError.nothingActive(revision: revision.text) }
    try settings.checkMoments(for: edits.map { try stack.edit($0) })
    let wanted = Set(subjects.map(\.collapsed))
    func isRemoved(_ factCase: FactCase) -> Bool {
      wanted.contains(factCase.fact.subject.collapsed)
    }
    let known = Set(
      try edits.flatMap { try ListFacts.facts(of: stack.edit($0)).map(\.fact.subject.collapsed) })
    let unknown = subjects.filter { !known.contains($0.collapsed) }
    guard unknown.isEmpty else {
      throw WorkflowError.noSuchFacts(subjects: unknown, revision: revision.text)
    }
    let solver = BatchSolver(workspace: workspace, settings: settings)
    let commit = StackCommit(in: repository)
    var removed: [Fact] = []
    var kept = 0
    var state = SolveState(stack: stack)
    for id in edits {
      let edit = try stack.edit(id)
      let cases = try ListFacts.facts(of: edit)
      let gone = cases.filter(isRemoved)
      guard !gone.isEmpty else { continue }
      removed += gone.map(\.fact)
      kept += cases.count - gone.count
      commit.drop(id)
      state.excluded.insert(id)
      guard gone.count < cases.count else { continue }
      let solution = try solver.solveAgain(
        edit, keeping: { !isRemoved($0) }, on: state, refreshingTargets: .keep, tool: tool)
      state.add(solution, try solution.add(to: commit).id, insteadOf: id)
    }
    let names = Array(Set(removed.map(\.subject)).sorted().prefix(3)).joined(separator: ", ")
    let recorded = try commit.record(
      message ?? "Take out \(removed.count) fact\(removed.count == 1 ? "" : "s"): \(names)",
      as: .revert, onto: .position(head),
      // Where whole batches go, nothing was solved and no base need be at hand.
      trailers: state.extra.isEmpty
        ? [] : [try WeightsFingerprint(of: workspace.base()).trailer(state)])
    return Outcome(commit: recorded, removed: removed, kept: kept)
  }
}
