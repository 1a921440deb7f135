package import Store

/// Fetches, and merges what came into the branch that `HEAD` is on: `emend pull`.
package struct PullBranch {
  /// What came, and what of it is merged.
  package struct Fetched: Sendable {
    /// The remote's name or address.
    package let remote: String
    /// What came.
    package let outcome: FetchOutcome
    /// The remote's branch that is merged.
    let branch: String
    /// What it names.
    let commit: ObjectID
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

  /// Brings what a remote has.
  ///
  /// - Parameters:
  ///   - remote: a name or an address; `nil` for the one that the branch follows.
  ///   - branch: a branch of the remote; `nil` for the one that the branch follows.
  /// - Throws: ``RemoteError/noBranch``, ``RemoteError/noUpstream(branch:)``, ``RemoteError/notOnRemote(branch:remote:similar:)``,
  ///   and what fetching throws.
  package func fetch(
    _ remote: String?, _ branch: String?, _ options: FetchRequest.Options
  ) throws -> Fetched {
    let repository = workspace.repository
    guard let current = try repository.head().branch else { throw RemoteError.noBranch }
    let upstream = try repository.upstream(of: current)
    guard let remoteName = remote ?? upstream?.remote,
      let other = branch ?? (remote == nil || remote == upstream?.remote ? upstream?.branch : nil)
    else { throw RemoteError.noUpstream(branch: current) }
    let transfer = TransferEdits(in: repository, from: directory, progress: workspace.progress)
    // A branch that is named is all that is wanted; without one, everything is brought up to date.
    let fetched = try transfer.fetch(
      remoteName, branch.map { [$0] } ?? [], options, beside: branch == nil ? other : nil)
    guard let commit = fetched.outcome.heads[other] else {
      throw RemoteError.notOnRemote(branch: other, remote: fetched.remote, similar: [])
    }
    return Fetched(
      remote: fetched.remote, outcome: fetched.outcome, branch: other, commit: commit)
  }

  /// Merges what came.
  ///
  /// - Parameters:
  ///   - forward: as of ``MergeBranches``; as `pull.ff` says where it is `nil`.
  ///   - message: of a merge that is recorded; says what was merged of where it is `nil`.
  ///   - requirement: as of ``MergeBranches``.
  ///   - measuring: whether the batches of both sides are measured against each other after a merge.
  /// - Throws: ``RemoteError/diverged(branch:remote:)``, and what merging throws.
  package func merge(
    _ fetched: Fetched, resolution: MergeBranches.Resolution, forward: MergeBranches.Forward? = nil,
    message: String? = nil, requiring requirement: String? = nil,
    measuring: MergeBranches.Measuring, tool: String
  ) throws -> MergeBranches.Outcome {
    let repository = workspace.repository
    let tracking = "\(fetched.remote)/\(fetched.branch)"
    // The name by which the user finds it again; an address leaves none.
    let isTracked = (try? repository.commitID(RevisionExpression(tracking))) == fetched.commit
    let name = isTracked ? tracking : fetched.commit.hexadecimal
    return try MergeBranches(in: workspace, moments: moments).run(
      RevisionExpression(name),
      message: message ?? "Merge \(fetched.branch) of \(fetched.remote)",
      resolution: resolution,
      forward: forward ?? (repository.mergesForwardOnly(pulling: true) ? .only : .orMerge),
      requiring: requirement, measuring: measuring, tool: tool)
  }
}
