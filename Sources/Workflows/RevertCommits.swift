package import Store

/// Takes back what commits changed: `emend revert`.
package struct RevertCommits {
  private let workspace: Workspace
  private var repository: EditRepository { workspace.repository }

  /// Reverts in a workspace, whose model runs only where something is required of edits.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Reverts commits on `HEAD`, those of a range from the latest on; the first that cannot be reverted ends it.
  ///
  /// Edits that a commit took out come back, and must meet the repository's requirement.
  /// - Parameters:
  ///   - mainline: for a merge, the parent (from 1) to whose side to go back.
  ///   - message: in place of `Revert "…"`.
  ///   - made: is given each commit that was made.
  /// - Throws: ``WorkflowError/noCommits(ranges:)``, ``RequirementError``, what the store throws; commits made before stay.
  package func run(
    _ revisions: [RevisionExpression], mainline: Int?, message: String?,
    made: (RecordedCommit) -> Void
  ) throws {
    try repository.checkRecording()
    let gate = try EditGate(of: repository)
    for commit in try repository.commits(named: revisions, ranges: .latestFirst) {
      let head = try repository.head()
      if !gate.isOpen {
        let change = try repository.changes(of: commit, mainline: mainline ?? 1)
        try gate.check(
          adding: change.dropped.map { try change.edit($0) }, dropping: change.added,
          on: repository.stack(at: head.commit), in: workspace)
      }
      made(try repository.revert(commit, mainline: mainline, message: message, expecting: head))
    }
  }
}
