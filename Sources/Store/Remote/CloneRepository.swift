package import Diagnostics

/// A repository that was made from another one.
package struct CloneOutcome {
  /// The repository.
  package let repository: EditRepository
  /// The branch that `HEAD` is on.
  package let branch: String
  /// Branches of the remote.
  package let branches: Int
  /// Commits that came and were verified.
  package let commits: Int
  /// Bytes of payloads and facts that came and were verified.
  package let verifiedBytes: Int
}

extension EditRepository {
  /// Makes a repository in `directory` from another one, with all branches, tags, notes and shared settings.
  ///
  /// It appears whole and verified, or not at all. The base is not needed, and not part of what comes.
  ///
  /// - Parameters:
  ///   - remoteName: what the other one is called from now on.
  ///   - branch: the branch to be on; by default the one that the other's `HEAD` is on.
  ///   - companions: whether notes and shared settings come along.
  ///   - inspect: looks into each edit further.
  /// - Throws: ``StoreError/alreadyExists(path:)``, ``RemoteError``, ``FileFailure``.
  package static func clone(
    _ address: RemoteAddress, into directory: String, remoteName: String = "origin",
    branch: String? = nil, _ companions: Companions = .included,
    inspecting inspect: EditInspection? = nil,
    _ environment: GitEnvironment, progress: any ProgressSink = NoProgress()
  ) throws -> CloneOutcome {
    let (repository, filled) = try appearing(in: directory, branch: "main", environment) {
      try fill($0, address, remoteName, branch, companions, inspect, progress)
    }
    return CloneOutcome(
      repository: repository, branch: filled.branch, branches: filled.arrivals.heads.count,
      commits: filled.report.commits, verifiedBytes: filled.report.verifiedBytes)
  }

  private static func fill(
    _ repository: EditRepository, _ address: RemoteAddress, _ remoteName: String, _ wanted: String?,
    _ companions: Companions, _ inspect: EditInspection?, _ progress: any ProgressSink
  ) throws -> (branch: String, arrivals: Arrivals, report: CheckReport) {
    try repository.addRemote(remoteName, address)
    let remote = RemoteTarget(name: remoteName, address: address)
    let transport = try repository.transport()
    let listing = try transport.list(remote)
    guard !listing.branches.isEmpty else { throw RemoteError.empty(address.shown) }
    let branch = try mainBranch(of: listing, wanted, address)
    listing.warnOfOddNames(progress)
    let (branches, tags) = Arrivals.everything(of: listing, tags: .all)
    // The repository is nobody's yet: it is its own place for what comes.
    try transport.fetch(
      branches + (companions == .included ? Arrivals.companions(of: listing) : []), tags: tags,
      from: remote, into: repository.gitDirectory, progress: progress)
    try repository.database.reopen()
    let (arrivals, report) = try Arrivals.verified(
      in: repository, from: remote, known: [], keeping: [branch], inspecting: inspect,
      progress: progress)
    try arrivals.require([branch], from: remote)
    try repository.name(arrivals, of: remoteName, branch: branch)
    try repository.setUpstream(of: branch, to: remoteName, branch)
    return (branch, arrivals, report)
  }

  private static func mainBranch(
    of listing: RemoteListing, _ wanted: String?, _ address: RemoteAddress
  ) throws -> String {
    let branches = listing.branches
    if let wanted {
      guard branches.contains(wanted) else {
        throw RemoteError.notOnRemote(
          branch: wanted, remote: address.shown, similar: nearMisses(of: wanted, among: branches))
      }
      return wanted
    }
    if let head = listing.head?.suffix(after: "refs/heads/"), branches.contains(head) {
      return head
    }
    // One that says nothing of its HEAD, or whose HEAD is on no branch.
    guard let branch = ["main", "master"].first(where: branches.contains) ?? branches.first,
      branches.count == 1 || ["main", "master"].contains(branch)
    else { throw RemoteError.branchUnclear(address.shown, branches: branches) }
    return branch
  }

  /// Gives everything that came its name here.
  private func name(_ arrivals: Arrivals, of remote: String, branch: String) throws {
    let person = try operatorIdentity().committer
    let reason = "clone: from \(remote)"
    func create(_ name: String, _ value: ReferenceValue) throws {
      try references.apply(.init(name: name, before: .absent, after: value), reason, by: person)
    }
    for (head, commit) in arrivals.heads.sorted(by: { $0.key < $1.key }) {
      try create("refs/remotes/\(remote)/\(head)", .object(commit))
      if head == branch { try create("refs/heads/\(head)", .object(commit)) }
    }
    try create("refs/remotes/\(remote)/HEAD", .symbolic("refs/remotes/\(remote)/\(branch)"))
    if let notes = arrivals.notes { try create(NotesStore.reference, .object(notes)) }
    if let settings = arrivals.settings { try create(SharedSettings.reference, .object(settings)) }
    if try references.value(of: "HEAD") != .symbolic("refs/heads/\(branch)") {
      try references.apply(
        .init(
          name: "HEAD", before: try references.value(of: "HEAD"),
          after: .symbolic("refs/heads/\(branch)")), reason, by: person)
    }
    let passedOver = try references.list("refs/tags/").filter { arrivals.tags[$0.name] == nil }
    for reference in try references.list("refs/incoming/") + passedOver {
      try references.apply(
        .init(name: reference.name, before: .object(reference.target), after: .absent), reason,
        by: person)
    }
  }
}
