package import Store

/// Fetches, and merges what came into the branch that `HEAD` is on: `emend pull`.
package struct PullBranch {
  /// Which steps are taken.
  package enum Rule: Sendable {
    /// Forward, or a merge.
    case mergeWhereNeeded(MergeBranches.Resolution)
    /// Forward only.
    case fastForwardOnly
  }

  /// What a pull has done.
  package struct Outcome: Sendable {
    /// The remote's name or address.
    package let remote: String
    /// What came.
    package let fetched: FetchOutcome
    /// What the merge came to.
    package let merge: MergeBranches.Outcome
  }

  private let workspace: Workspace
  private let moments: String?
  private let directory: String

  /// Pulls in a workspace; `moments` is a file of second moments for batches that are solved again, and relative paths
  /// begin at `directory`.
  package init(in workspace: Workspace, moments: String?, from directory: String) {
    self.workspace = workspace
    self.moments = moments
    self.directory = directory
  }

  /// Pulls a branch of a remote.
  ///
  /// - Parameters:
  ///   - remote: a name or an address; `nil` for the one that the branch follows.
  ///   - branch: a branch of the remote; `nil` for the one that the branch follows.
  ///   - measuring: whether the batches of both sides are measured against each other after a merge.
  /// - Throws: ``RemoteError/noUpstream(branch:)``, ``RemoteError/diverged(branch:remote:)``, and what fetching and merging throw.
  package func run(
    _ remote: String?, _ branch: String?, _ options: FetchRequest.Options, _ rule: Rule,
    measuring: MergeBranches.Measuring, tool: String
  ) throws -> Outcome {
    let repository = workspace.repository
    guard let current = try repository.head().branch else { throw RemoteError.noBranch }
    let upstream = try repository.upstream(of: current)
    guard let remoteName = remote ?? upstream?.remote,
      let other = branch ?? (remote == nil || remote == upstream?.remote ? upstream?.branch : nil)
    else { throw RemoteError.noUpstream(branch: current) }
    let transfer = TransferEdits(in: repository, from: directory, progress: workspace.progress)
    // A branch that is named is all that is wanted; without one, everything is brought up to date.
    let fetched = try transfer.fetch(
      .one(remoteName, branches: branch.map { [$0] } ?? []), options)[0]
    guard let commit = fetched.outcome.heads[other] else {
      throw RemoteError.notOnRemote(branch: other, remote: fetched.remote, similar: [])
    }
    if case .fastForwardOnly = rule {
      let ours = try repository.head().commit
      guard
        try repository.isAncestor(ours, of: commit) || repository.isAncestor(commit, of: ours)
      else { throw RemoteError.diverged(branch: current, remote: "\(fetched.remote)/\(other)") }
    }
    let resolution: MergeBranches.Resolution =
      if case .mergeWhereNeeded(let resolution) = rule { resolution } else { .refuse }
    let merge = try MergeBranches(in: workspace, moments: moments).run(
      RevisionExpression(commit.hexadecimal), message: "Merge \(other) of \(fetched.remote)",
      resolution: resolution, measuring: measuring, tool: tool)
    return Outcome(remote: fetched.remote, fetched: fetched.outcome, merge: merge)
  }
}
