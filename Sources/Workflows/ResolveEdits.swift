package import Evaluation
package import Store

/// Solves edits again on the present state, from their stored targets: `emend resolve`.
///
/// After a revert beneath it, or a merge, an edit still does what it was computed to do on a state that is no
/// more. Its targets are what its facts want; solving for them anew costs keys and a solve and no
/// optimisation.
package struct ResolveEdits {
  /// Which edits are solved again.
  package enum Selection: Sendable {
    /// All active ones, in the order in which they were committed, each on those before it.
    case all
    /// Those that a commit brought.
    case commit(RevisionExpression)
  }

  /// One edit that was solved again.
  package struct Change: Sendable {
    /// The edit that went.
    package let old: EditID
    /// The edit that came in its place.
    package let new: EditID
    /// Its facts on the state before it.
    package let before: BatchMeasurement
    /// Its facts after it.
    package let after: BatchMeasurement
  }

  /// What was done.
  package struct Outcome: Sendable {
    /// The commit.
    package let commit: RecordedCommit
    /// The edits, in the order in which they were solved.
    package let changes: [Change]
    /// Edits that stay as they are: they were not computed here, and have no targets.
    package let kept: [EditID]
  }

  private let workspace: Workspace
  private let settings: EditSettings

  /// Solves with the settings' second moments.
  package init(in workspace: Workspace, _ settings: EditSettings) {
    self.workspace = workspace
    self.settings = settings
  }

  /// Solves edits again and commits them in place of the old ones.
  ///
  /// - Throws: ``WorkflowError/nothingActive(revision:)``, what the solver and the store throw.
  package func run(
    _ selection: Selection, refreshing refresh: TargetRefresh, message: String?, tool: String
  ) throws -> Outcome {
    let repository = workspace.repository
    let head = try repository.head().commit
    let stack = try repository.stack(at: head)
    let order: [EditID]
    switch selection {
    case .all: order = try commitOrder(of: stack, at: head)
    case .commit(let revision):
      order = try repository.changes(of: repository.commitID(revision)).added
        .filter { stack.contains($0) }
      guard !order.isEmpty else { throw WorkflowError.nothingActive(revision: revision.text) }
    }
    guard !order.isEmpty else { throw WorkflowError.nothingActive(revision: "HEAD") }
    let solver = BatchSolver(workspace: workspace, settings: settings)
    let commit = StackCommit(in: repository)
    var state = SolveState(stack: stack)
    var changes: [Change] = []
    var kept: [EditID] = []
    let edits = try order.map { try stack.edit($0) }
    let solvable = edits.filter { $0.manifest.description.provenance == .computed }
    state.excluded = Set(solvable.map(\.id))
    for edit in edits {
      guard edit.manifest.description.provenance == .computed else {
        kept.append(edit.id)
        continue
      }
      let solution = try solver.solveAgain(
        edit, keeping: { _ in true }, on: state, refreshingTargets: refresh, tool: tool)
      commit.drop(edit.id)
      let id = try solution.add(to: commit).id
      state.add(solution, id)
      changes.append(
        Change(
          old: edit.id, new: id, before: BatchMeasurement(solution.before),
          after: BatchMeasurement(solution.after)))
    }
    let noun = changes.count == 1 ? "edit" : "edits"
    let recorded = try commit.record(
      message ?? "Solve \(changes.count) \(noun) again", as: .resolve,
      onto: .head(expecting: head))
    return Outcome(commit: recorded, changes: changes, kept: kept)
  }

  /// The active edits in the order of the commits that brought them, the oldest first.
  private func commitOrder(of stack: EditStack, at head: ObjectID) throws -> [EditID] {
    var order: [EditID] = []
    var seen: Set<EditID> = []
    try repository(walkFrom: head) { added in
      for id in added.sorted().reversed() where stack.contains(id) && seen.insert(id).inserted {
        order.append(id)
      }
      return seen.count < stack.edits.count
    }
    return order.reversed()
  }

  private func repository(walkFrom head: ObjectID, _ body: ([EditID]) -> Bool) throws {
    try workspace.repository.walk(RevisionExpression(head.hexadecimal)) { entry in
      let added = try workspace.repository.changes(of: entry.id).added
      return body(added) ? .goOn : .stop
    }
  }
}
