package import Diagnostics

/// What is to be fetched.
package struct FetchRequest: Sendable {
  /// Which branches.
  package enum Branches: Sendable, Equatable {
    /// All that there are, or those of them that `remote.NAME.fetch` brings.
    case all
    /// Those named; each must be there.
    case named([String])
    /// None: notes and shared settings alone.
    case none
  }

  /// From where.
  package var remote: RemoteTarget
  /// Which branches.
  package var branches: Branches = .all
  /// A branch that comes beside all of them, whatever the rules are.
  package var upstream: String?
  /// How.
  package var options: Options

  /// What becomes of what was seen of branches that are gone.
  package enum Gone: Sendable { case keep, prune }
  /// What becomes of tags that name something else here.
  package enum ChangedTags: Sendable { case refuse, replace }

  /// How a fetch is done.
  package struct Options: Sendable {
    /// Which tags.
    package var tags: TagRule = .following
    /// What becomes of what was seen of branches that are gone; as `remote.NAME.prune` or else `fetch.prune` says where
    /// it is `nil`.
    package var gone: Gone?
    /// What becomes of tags that name something else here.
    package var changedTags: ChangedTags = .refuse
    /// Whether notes and shared settings come along.
    package var companions: EditRepository.Companions = .included
    /// Whether a tag that is here is passed over: nobody asked for tags, only those come along that are missing, as in Git.
    fileprivate var keepsTags: Bool { tags == .following && changedTags == .refuse }

    /// As Git does it.
    package init() {}
  }

  /// All branches. Notes and shared settings come from a remote that has a name alone.
  package init(from remote: RemoteTarget, _ options: Options = Options()) {
    (self.remote, self.options) = (remote, options)
    if remote.name == nil { self.options.companions = .leftOut }
  }
}

/// What became of one reference.
package struct ReferenceUpdate: Sendable, Equatable {
  /// What became of it.
  package enum Result: Sendable, Equatable {
    case created, moved, forced, deleted, merged, unchanged
    /// It stays as it was.
    case refused(reason: String)
  }
  /// Its full name: here after a fetch, there after a push.
  package let name: String
  /// What it named before.
  package let before: ObjectID?
  /// What it names now, or was to name.
  package let after: ObjectID?
  /// What became of it.
  package let result: Result
}

/// What a fetch has brought.
package struct FetchOutcome: Sendable {
  /// The references that changed, or were to.
  package let updates: [ReferenceUpdate]
  /// The branches of the remote that were asked for, and their commits.
  package let heads: [String: ObjectID]
  /// Commits that came and were verified.
  package let commits: Int
  /// Bytes of payloads and facts that came and were verified.
  package let verifiedBytes: Int
}

extension EditRepository {
  /// Brings what a remote has.
  ///
  /// Objects come into a repository of their own, where each commit, tree, manifest and payload that is new is verified as
  /// ``check(inspecting:progress:)`` does; only then are they handed over, and after that references move, as one operation that
  /// ``undo()`` takes back. What was refused leaves nothing.
  ///
  /// Notes and shared settings of a remote that has a name are joined with those that are here. Where all branches are asked for,
  /// one that is no branch of emend's is left out with a warning: a page or a program's own branch on the server is no reason to
  /// bring nothing.
  /// - Parameter inspect: looks into each new edit further.
  /// - Throws: ``RemoteError``, ``StoreError``.
  package func fetch(
    _ request: FetchRequest, inspecting inspect: EditInspection? = nil,
    progress: any ProgressSink = NoProgress()
  ) throws -> FetchOutcome {
    try checkWritable()
    try handle.requireWholeHistory()
    var request = request
    let rules = try rules(of: request)
    if request.branches == .all, rules.bringsAllTags, request.options.tags == .following {
      request.options.tags = .all
    }
    let transport = try transport()
    let listing = try transport.list(request.remote)
    if request.branches == .all { listing.warnOfOddNames(progress) }
    let kept = try keptBranches(request)
    let wanted = try wantedBranches(request, rules, listing, keeping: kept, progress)
    let (specifications, tags) = specifications(request, rules, wanted.keys.sorted(), listing)
    if try hasAll(request, wanted, listing) || (specifications.isEmpty && tags != .all) {
      return try settle(
        request, rules, listing, Arrivals(heads: wanted), commits: 0, verifiedBytes: 0)
    }
    let known = try knownCommits()
    let incoming = try BorrowingRepository(
      besides: gitDirectory,
      references: known.enumerated().map { ("refs/have/\($0.offset)", $0.element) },
      patience: lockPatience)
    defer { withExtendedLifetime(incoming) {} }
    try transport.fetch(
      specifications, tags: tags, from: request.remote, into: incoming.gitDirectory,
      progress: progress)
    var (arrivals, report) = try Arrivals.verified(
      in: EditRepository(
        opening: RepositoryLocation(gitDirectory: incoming.gitDirectory), environment,
        checking: .own),
      from: request.remote, known: known, keeping: kept, inspecting: inspect, progress: progress)
    try arrivals.require(wanted.keys, from: request.remote)
    try incoming.handOverPacks()
    try database.reopen()
    if request.options.tags == .following { try leaveOutOtherTags(&arrivals, known) }
    return try settle(
      request, rules, listing, arrivals, commits: report.commits,
      verifiedBytes: report.verifiedBytes)
  }

  /// Keeps the tags of commits that the branches which came, or those here, have: libgit2 brings all.
  private func leaveOutOtherTags(_ arrivals: inout Arrivals, _ known: [ObjectID]) throws {
    let histories = Array(arrivals.heads.values) + known
    arrivals.tags = try arrivals.tags.filter { tag in
      guard let commit = try database.commit(behind: tag.value) else { return false }
      return try histories.contains { try MergeBase.isAncestor(commit, of: $0, in: handle) }
    }
  }

  /// The Git directory, absolute.
  var gitDirectory: String {
    String(handle.directory.dropLast(handle.directory.hasSuffix("/") ? 1 : 0))
  }

  /// What `remote.NAME.fetch` says where all branches are asked for. An address has no rules.
  private func rules(of request: FetchRequest) throws -> FetchRules {
    guard request.branches == .all, let name = request.remote.name else {
      return try FetchRules([], of: "")
    }
    return try FetchRules(remote(name).fetchRules, of: name)
  }

  /// Branches that are not passed over if they turn out not to be emend's: those named, and those that were emend's when they were
  /// last seen.
  private func keptBranches(_ request: FetchRequest) throws -> Set<String> {
    switch request.branches {
    case .named(let names): return Set(names)
    case .none: return []
    case .all:
      guard let name = request.remote.name else { return [] }
      let prefix = "refs/remotes/\(name)/"
      return Set(
        try references.list(prefix).filter { !isForeign($0.target) }
          .map { String($0.name.dropFirst(prefix.count)) } + [request.upstream].compactMap { $0 })
    }
  }

  private func wantedBranches(
    _ request: FetchRequest, _ rules: FetchRules, _ listing: RemoteListing,
    keeping kept: Set<String>, _ progress: any ProgressSink
  ) throws -> [String: ObjectID] {
    let names: [String] =
      switch request.branches {
      case .all:
        rules.named + [request.upstream].compactMap { $0 }
          + listing.branches.filter { branch in
            guard rules.bring(branch) else { return false }
            guard !kept.contains(branch), let id = listing.references["refs/heads/" + branch],
              isForeign(id)
            else { return true }
            Arrivals.warn(ofForeign: "branch", branch, progress)
            return false
          }
      case .named(let names): names
      case .none: []
      }
    return try Dictionary(
      names.map { name in
        guard let id = listing.references["refs/heads/" + name] else {
          throw RemoteError.notOnRemote(
            branch: name, remote: request.remote.address.shown,
            similar: nearMisses(of: name, among: listing.branches))
        }
        return (name, id)
      }, uniquingKeysWith: { $1 })
  }

  /// Commits whose histories are here, whole.
  func knownCommits() throws -> [ObjectID] {
    var known: Set<ObjectID> = []
    for prefix in ["refs/heads/", "refs/tags/", "refs/remotes/"] {
      for reference in try references.list(prefix) {
        if let commit = try? database.peeledToCommit(reference.target) { known.insert(commit) }
      }
    }
    if case .detached(let commit) = try references.head() { known.insert(commit) }
    return known.sorted()
  }

  /// Whether all that is asked for is what references here name already.
  private func hasAll(
    _ request: FetchRequest, _ wanted: [String: ObjectID], _ listing: RemoteListing
  ) throws -> Bool {
    let known = Set(try knownCommits())
    guard wanted.values.allSatisfy({ known.contains($0) }) else { return false }
    if request.options.tags != .none {
      for (name, id) in listing.references where name.hasPrefix("refs/tags/") {
        let mine = try references.target(of: name)
        guard mine == id || (mine != nil && request.options.keepsTags) || isForeign(id) else {
          return false
        }
      }
    }
    return try request.options.companions == .leftOut || !lacksCompanions(listing)
  }

  /// Whether an object is here and leads to a commit that is not emend's: it has no file `format`.
  func isForeign(_ id: ObjectID) -> Bool {
    guard let commit = try? database.commit(behind: id),
      let tree = try? database.tree(database.commit(commit).tree)
    else { return false }
    return tree[EditPath.format] == nil
  }

  private func specifications(
    _ request: FetchRequest, _ rules: FetchRules, _ wanted: [String], _ listing: RemoteListing
  ) -> (specifications: [String], tags: TagRule) {
    let companions =
      request.options.companions == .leftOut ? [] : Arrivals.companions(of: listing)
    switch request.branches {
    case .all where rules.bringsAll:
      let (branches, tags) = Arrivals.everything(of: listing, tags: request.options.tags)
      return (branches + companions, tags)
    case .all, .named:
      return (wanted.map(Arrivals.specification) + companions, request.options.tags)
    case .none: return (companions, request.options.tags)
    }
  }

  /// Moves the references, as one operation.
  private func settle(
    _ request: FetchRequest, _ rules: FetchRules, _ listing: RemoteListing, _ arrivals: Arrivals,
    commits: Int, verifiedBytes: Int
  ) throws -> FetchOutcome {
    var updates: [ReferenceUpdate] = []
    let name = request.remote.name
    let place = name ?? request.remote.address.shown
    let prunesAll = try name.map { try prunes($0, request.options.gone) } ?? false
    let pack = PackWriter(into: database)
    try operate(.fetch, place, "fetch \(place)", with: pack) {
      updates = []
      if let name {
        // What the remote no longer has goes where it is asked for; and where it is in the way of what came: Git has no room for a
        // branch and for others below its name.
        updates += try pruned(name, listing) { branch in
          prunesAll && rules.bring(String(branch))
            || arrivals.heads.keys.contains {
              $0.hasPrefix(branch + "/") || branch.hasPrefix($0 + "/")
            }
        }
        updates += try arrivals.heads.sorted { $0.key < $1.key }.compactMap {
          try step(
            "refs/remotes/\(name)/\($0.key)", to: $0.value, forward: !rules.force($0.key))
        }
      }
      updates += try arrivals.tags.sorted { $0.key < $1.key }.compactMap {
        let isHere = try references.target(of: $0.key) != nil
        return isHere && request.options.keepsTags
          ? nil : try step($0.key, to: $0.value, changed: request.options.changedTags)
      }
      if let notes = arrivals.notes { updates += try join(notes: notes, pack) }
      if let settings = arrivals.settings { updates += try join(settings: settings, pack) }
      return updates.compactMap(\.change)
    }
    return FetchOutcome(
      updates: updates, heads: arrivals.heads, commits: commits, verifiedBytes: verifiedBytes)
  }

  private func prunes(_ remote: String, _ gone: FetchRequest.Gone?) throws -> Bool {
    let configuration = try configuration()
    return gone.map { $0 == .prune }
      ?? GitConfiguration.isTrue(
        configuration.value("remote.\(remote).prune") ?? configuration.value("fetch.prune"))
  }

  private func pruned(
    _ remote: String, _ listing: RemoteListing, where goes: (_ branch: Substring) -> Bool
  ) throws -> [ReferenceUpdate] {
    let prefix = "refs/remotes/\(remote)/"
    return try references.list(prefix).compactMap { reference in
      let branch = reference.name.dropFirst(prefix.count)
      guard branch != "HEAD", listing.references["refs/heads/" + branch] == nil, goes(branch) else {
        return nil
      }
      return ReferenceUpdate(
        name: reference.name, before: reference.target, after: nil, result: .deleted)
    }
  }

  /// - Parameters:
  ///   - rule: what becomes of a tag that names something else here; `nil` for a branch, which moves.
  ///   - isForward: whether a branch moves forward only.
  private func step(
    _ name: String, to new: ObjectID, changed rule: FetchRequest.ChangedTags? = nil,
    forward isForward: Bool = false
  ) throws -> ReferenceUpdate? {
    guard let old = try references.target(of: name) else {
      return ReferenceUpdate(name: name, before: nil, after: new, result: .created)
    }
    guard old != new else { return nil }
    let result: ReferenceUpdate.Result =
      switch rule {
      case nil:
        try MergeBase.isAncestor(old, of: new, in: handle)
          ? .moved
          : isForward
            ? .refused(reason: "it would not move forward, and remote.NAME.fetch has no '+'")
            : .forced
      case .replace: .forced
      case .refuse: .refused(reason: "the tag names something else here; --force replaces it")
      }
    return ReferenceUpdate(name: name, before: old, after: new, result: result)
  }

  private func join(notes theirs: ObjectID, _ pack: PackWriter) throws -> [ReferenceUpdate] {
    try join(NotesStore.reference, theirs) { ours, base in
      let merge = NotesMerge(database: database, pack: pack)
      guard let tree = try merge.tree(ours, theirs, since: base) else { return ours }
      let identity = try operatorIdentity()
      let commit = CommitObject(
        tree: tree, parents: [ours, theirs], author: identity.author,
        committer: identity.committer, message: "Notes: join two sides")
      return try pack.add(.commit, commit.bytes)
    }
  }

  private func join(settings theirs: ObjectID, _ pack: PackWriter) throws -> [ReferenceUpdate] {
    try join(SharedSettings.reference, theirs) { ours, base in
      let merged = try sharedSettings(at: ours).merged(
        with: sharedSettings(at: theirs),
        since: base.map { try sharedSettings(at: $0) } ?? SharedSettings())
      return try addSharedSettings(
        merged, parents: [ours, theirs], "emend config: join two sides", by: operatorIdentity(),
        to: pack)
    }
  }

  private func join(
    _ name: String, _ theirs: ObjectID, merge: (ObjectID, _ base: ObjectID?) throws -> ObjectID
  ) throws -> [ReferenceUpdate] {
    guard let ours = try references.target(of: name) else {
      return [ReferenceUpdate(name: name, before: nil, after: theirs, result: .created)]
    }
    let bases = try MergeBase.all(of: ours, theirs, in: handle)
    if bases.contains(theirs) { return [] }
    if bases.contains(ours) {
      return [ReferenceUpdate(name: name, before: ours, after: theirs, result: .moved)]
    }
    let merged = try merge(ours, bases.first)
    return [ReferenceUpdate(name: name, before: ours, after: merged, result: .merged)]
  }
}

extension ReferenceUpdate {
  /// The step, where it is taken.
  fileprivate var change: ReferenceChange? {
    switch result {
    case .created, .moved, .forced, .deleted, .merged:
      ReferenceChange(
        name: name, before: before.map { .object($0) } ?? .absent,
        after: after.map { .object($0) } ?? .absent)
    case .unchanged, .refused: nil
    }
  }
}
