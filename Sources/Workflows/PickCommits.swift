package import Store

/// Repeats what commits changed elsewhere: `emend cherry-pick`.
package struct PickCommits {
  private let workspace: Workspace
  private var repository: EditRepository { workspace.repository }

  /// Picks in a workspace, whose model runs only where something is required of edits.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Picks commits, those of a range from the oldest on; the first that cannot be picked ends it.
  ///
  /// - Parameters:
  ///   - requirement: what the edits must measure up to here, beside the repository's own requirement.
  ///   - made: is given each commit that was made.
  /// - Throws: ``WorkflowError/noCommits(ranges:)``, ``RequirementError``, what the store throws; commits made before stay.
  package func run(
    _ revisions: [RevisionExpression], mainline: Int?, requiring requirement: String? = nil,
    made: (RecordedCommit) -> Void
  ) throws {
    try repository.checkRecording()
    let gate = try EditGate(of: repository, asking: requirement)
    for commit in try repository.commits(named: revisions, ranges: .oldestFirst) {
      let head = try repository.head()
      if !gate.isOpen {
        let change = try repository.changes(of: commit, mainline: mainline ?? 1)
        try gate.check(
          adding: change.added.map { try change.edit($0) }, dropping: change.dropped,
          on: repository.stack(at: head.commit), in: workspace)
      }
      made(try repository.cherryPick(commit, mainline: mainline, expecting: head))
    }
  }
}
