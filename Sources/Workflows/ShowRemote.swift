package import Store

/// A remote beside what is here: `emend remote show`.
package struct ShowRemote {
  /// A branch of the remote.
  package struct Branch: Sendable, Equatable {
    /// How what was last seen of it stands to what it is now.
    package enum State: String, Sendable { case tracked, moved, new, gone }
    /// Its name.
    package let name: String
    /// What it names there now; `nil` when it is gone.
    package let commit: ObjectID?
    /// How what was last seen of it stands to that.
    package let state: State
    /// Branches here that follow it.
    package let followers: [String]
  }

  /// The remote.
  package let remote: Remote
  /// The branch that its `HEAD` is on.
  package let head: String?
  /// Its branches, by name.
  package let branches: [Branch]

  /// Asks a remote what it has.
  ///
  /// - Throws: ``RemoteError``.
  package init(_ name: String, in repository: EditRepository, from directory: String) throws {
    remote = try repository.remote(name)
    let listing = try repository.list(repository.target(of: name, from: directory))
    head = listing.head?.suffix(after: "refs/heads/")
    let prefix = name + "/"
    let seen = Dictionary(
      try repository.remoteBranches().filter { $0.name.hasPrefix(prefix) }
        .map { (String($0.name.dropFirst(prefix.count)), $0.commit) }, uniquingKeysWith: { $1 })
    var followers: [String: [String]] = [:]
    for branch in try repository.branches() {
      if let upstream = try repository.upstream(of: branch.name), upstream.remote == name {
        followers[upstream.branch, default: []].append(branch.name)
      }
    }
    branches = Set(listing.branches).union(seen.keys).sorted().map { branch in
      let now = listing.references["refs/heads/" + branch]
      let state: Branch.State =
        switch (seen[branch], now) {
        case (_, nil): .gone
        case (nil, _): .new
        case (let old, let now): old == now ? .tracked : .moved
        }
      return Branch(
        name: branch, commit: now, state: state, followers: followers[branch] ?? [])
    }
  }
}
