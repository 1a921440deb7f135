package import Diagnostics
package import Store

/// Brings edits from elsewhere and takes them there: `emend clone`, `fetch`, `push`.
///
/// Each edit that comes is looked into before anything names it.
package struct TransferEdits {
  private let repository: EditRepository
  private let directory: String
  private let progress: any ProgressSink

  /// Works in a repository; relative paths begin at `directory`.
  package init(
    in repository: EditRepository, from directory: String, progress: any ProgressSink
  ) {
    self.repository = repository
    self.directory = directory
    self.progress = progress
  }

  /// Makes a repository from another one.
  ///
  /// - Parameter target: the directory that gets `.emend`; `nil` for one named after the other repository.
  /// - Throws: ``RemoteError``, ``StoreError``, `FileFailure`.
  package static func clone(
    _ address: String, into target: String?, remoteName: String, branch: String?,
    _ companions: EditRepository.Companions, from directory: String, _ environment: GitEnvironment,
    progress: any ProgressSink
  ) throws -> CloneOutcome {
    let address = try RemoteAddress(address, from: directory)
    guard let name = target ?? address.cloneName else {
      throw RemoteError.badAddress(
        address.shown, problem: "it does not say what the copy is called")
    }
    return try EditRepository.clone(
      address, into: name.hasPrefix("/") ? name : directory + "/" + name, remoteName: remoteName,
      branch: branch, companions, inspecting: EditInspector.inspect, environment, progress: progress
    )
  }

  /// Which remotes are fetched from.
  package enum Sources: Sendable, Equatable {
    /// The one that a name or an address means; `nil` for the usual one.
    case one(String?, branches: [String])
    /// All that have names.
    case all
  }

  /// What came.
  package struct Fetched {
    /// The remotes' names or addresses, and what came from each.
    package var outcomes: [(remote: String, outcome: FetchOutcome)] = []
    /// Why nothing came from another one.
    package var failure: (any Error)?
  }

  /// Fetches; each remote is one operation. Of all remotes, each is asked, whatever becomes of the others.
  ///
  /// - Throws: ``RemoteError``, ``StoreError``.
  package func fetch(_ sources: Sources, _ options: FetchRequest.Options) throws -> Fetched {
    let wanted: [(name: String, branches: [String])]
    switch sources {
    case .one(let name, let branches):
      wanted = [(try name ?? repository.defaultRemote(), branches)]
    case .all: wanted = try repository.remotes().map { ($0.name, []) }
    }
    var fetched = Fetched()
    for (name, branches) in wanted {
      do {
        fetched.outcomes.append(try fetch(name, branches, options))
      } catch  where sources == .all {
        if let earlier = fetched.failure { progress.warn(Explanation(of: earlier).summary) }
        fetched.failure = error
      }
    }
    return fetched
  }

  /// Fetches from one remote, some branches or all.
  ///
  /// - Parameter upstream: of all, one that comes whatever the remote's rules are.
  /// - Throws: ``RemoteError``, ``StoreError``.
  package func fetch(
    _ name: String, _ branches: [String], _ options: FetchRequest.Options,
    beside upstream: String? = nil
  ) throws -> (remote: String, outcome: FetchOutcome) {
    var request = FetchRequest(from: try repository.target(of: name, from: directory), options)
    if !branches.isEmpty { request.branches = .named(branches) }
    request.upstream = upstream
    let outcome = try repository.fetch(
      request, inspecting: EditInspector.inspect, progress: progress)
    return (request.remote.name ?? request.remote.address.shown, outcome)
  }

  /// What is pushed.
  package enum Selection: Sendable, Equatable {
    /// What words of the command line mean; none for the branch that `HEAD` is on.
    case named([String])
    /// All branches.
    case allBranches
    /// Branches and tags to delete.
    case deleting([String])
  }

  /// How a push is done.
  package struct PushOptions: Sendable {
    /// When a step that is not forward is taken.
    package var rule: PushIntent.Rule = .forwardOnly
    /// Whether all tags go along.
    package var withTags = false
    /// Whether branches follow what they were pushed to.
    package var setsUpstream = false
    /// Whether notes and shared settings go along.
    package var companions: EditRepository.Companions = .included

    /// As Git does it.
    package init() {}
  }

  /// Pushes.
  ///
  /// - Parameter name: a remote's name or address; `nil` for the usual one.
  /// - Returns: the remote's name or address, and what became of each reference.
  /// - Throws: ``RemoteError``, ``StoreError``, `RevisionError`, ``WorkflowError/idleOption(_:circumstance:)``.
  package func push(
    _ selection: Selection, to name: String?, _ options: PushOptions
  ) throws -> (remote: String, outcome: PushOutcome) {
    let target = try repository.target(
      of: name ?? repository.defaultRemote(pushing: true), pushing: true, from: directory)
    guard !options.setsUpstream || target.name != nil else {
      throw WorkflowError.idleOption(
        "--set-upstream", circumstance: "without a remote that has a name")
    }
    var intents = try intents(selection, target, options.rule)
    if options.withTags {
      let tags = try repository.pushIntents(ofTagsWith: options.rule)
      intents += tags.filter { tag in !intents.contains { $0.destination == tag.destination } }
    }
    guard !intents.isEmpty else { throw RemoteError.nothingToPush }
    let outcome = try repository.push(
      intents, to: target, options.companions, inspecting: EditInspector.inspect,
      progress: progress)
    if let remote = target.name,
      try options.setsUpstream || selection == .named([]) && repository.followsFirstPush()
    {
      try setUpstreams(of: intents, outcome, remote)
    }
    return (target.name ?? target.address.shown, outcome)
  }

  private func intents(
    _ selection: Selection, _ target: RemoteTarget, _ rule: PushIntent.Rule
  ) throws -> [PushIntent] {
    switch selection {
    case .named(let words):
      try (words.isEmpty ? [repository.defaultPush(to: target.name)] : words).map {
        try repository.pushIntent($0, rule)
      }
    case .allBranches: try repository.pushIntents(ofBranchesWith: rule)
    case .deleting(let names): try names.map { try repository.pushIntent(":" + $0, rule) }
    }
  }

  /// Branches follow what they were pushed to.
  private func setUpstreams(
    of intents: [PushIntent], _ outcome: PushOutcome, _ remote: String
  ) throws {
    let arrived = Set(
      outcome.updates.compactMap { update -> String? in
        if case .refused = update.result { nil } else { update.name }
      })
    for intent in intents where arrived.contains(intent.destination) {
      guard let branch = intent.branch, let other = intent.destination.suffix(after: "refs/heads/")
      else { continue }
      try repository.setUpstream(of: branch, to: remote, other)
    }
  }
}
