package import Store

/// Takes back what a commit changed: `emend revert`.
package struct RevertCommit {
  private let workspace: Workspace

  /// Reverts in a workspace, whose model runs only where something is required of edits.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Reverts a commit on `HEAD`. Edits that it took out come back, and must meet the repository's requirement.
  ///
  /// - Parameter mainline: for a merge, the parent (from 1) to whose side to go back.
  /// - Throws: ``RequirementError``, what the store throws.
  package func run(
    _ revision: RevisionExpression, mainline: Int?, message: String?
  ) throws -> RecordedCommit {
    let repository = workspace.repository
    let commit = try repository.commitID(revision)
    let gate = try EditGate(of: repository)
    let head = try repository.head()
    if !gate.isOpen {
      let change = try repository.changes(of: commit, mainline: mainline ?? 1)
      try gate.check(
        adding: change.dropped.map { try change.edit($0) }, dropping: change.added,
        on: repository.stack(at: head.commit), in: workspace)
    }
    return try repository.revert(commit, mainline: mainline, message: message, expecting: head)
  }
}
