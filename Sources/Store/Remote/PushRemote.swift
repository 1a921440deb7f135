package import Diagnostics

/// One reference that is to be pushed.
package struct PushIntent: Sendable, Equatable {
  /// When a step that is not forward is taken.
  package enum Rule: Sendable, Equatable {
    /// Never.
    case forwardOnly
    /// In any case.
    case force
    /// When the remote still has what was last seen there, or the commit given.
    case withLease(expecting: ObjectID?)
  }

  /// What the reference is to name: a commit or a tag; `nil` deletes it.
  package let source: ObjectID?
  /// The branch here that it is; `nil` for a tag, a deletion, and for a commit that was named in another way.
  package let branch: String?
  /// Its full name there.
  package let destination: String
  /// When a step that is not forward is taken.
  package let rule: Rule
  /// Whether a branch to be deleted was named without its kind: where there is none of this name, the tag is meant.
  package let mayBeTag: Bool

  /// Puts them together.
  package init(
    source: ObjectID?, branch: String? = nil, destination: String, rule: Rule,
    mayBeTag: Bool = false
  ) {
    self.source = source
    self.branch = branch
    self.destination = destination
    self.rule = rule
    self.mayBeTag = mayBeTag
  }
}

/// What a push has done.
package struct PushOutcome: Sendable {
  /// What became of each reference.
  package let updates: [ReferenceUpdate]
  /// In how many parts it went.
  package let parts: Int

  /// Whether everything is there now.
  package var isComplete: Bool {
    updates.allSatisfy {
      if case .refused = $0.result { return false }
      return true
    }
  }
}

extension EditRepository {
  /// Whether notes and shared settings go along with a push.
  package enum Companions: Sendable { case included, leftOut }

  /// Moves references of a remote, and brings what they need.
  ///
  /// The remote's values are looked at first; each step is then taken only from the value that was seen. What is larger than
  /// `emend.pushlimit` goes in parts, each of which is a whole history.
  ///
  /// - Parameter companions: notes and shared settings; what the remote has of them is joined with ours first.
  /// - Throws: ``RemoteError``, ``SettingError``; a reference that the remote refuses is no error but in the outcome.
  package func push(
    _ intents: [PushIntent], to remote: RemoteTarget, _ companions: Companions = .included,
    inspecting inspect: EditInspection? = nil, progress: any ProgressSink = NoProgress()
  ) throws -> PushOutcome {
    try checkWritable()
    let limit = try byteSetting("pushlimit") ?? PushPlan.defaultLimit
    let transport = try transport()
    var listing = try transport.list(remote)
    if companions == .included, try lacksCompanions(listing) {
      // By address: a remote may be fetched from elsewhere than where pushes go.
      var request = FetchRequest(from: RemoteTarget(name: nil, address: remote.address))
      request.branches = .none
      request.options.tags = .none
      request.options.companions = .included
      _ = try fetch(request, inspecting: inspect, progress: progress)
      listing = try transport.list(remote)
    }
    let intents = try Self.distinct(intents, listing)
    var refused: [ReferenceUpdate] = []
    var updates: [PushUpdate] = []
    for intent in intents {
      switch try decide(intent, remote, listing) {
      case .refuse(let reason):
        refused.append(
          .init(
            name: intent.destination, before: listing.references[intent.destination],
            after: intent.source, result: .refused(reason: reason)))
      case .step(let update): updates.append(update)
      }
    }
    if companions == .included, refused.isEmpty, intents.contains(where: { $0.source != nil }) {
      let companions = try companionUpdates(listing).filter { companion in
        !updates.contains { $0.name == companion.name }
      }
      for companion in companions {
        // What came there since it was joined must not be lost: leases alone would let it be replaced.
        guard try lacks(companion.old, companion.new) else {
          updates.append(companion)
          continue
        }
        refused.append(Self.result(companion, "the remote has some that are not here: push again"))
      }
    }
    let sent = try send(
      updates.filter { $0.old != $0.new }, limit, to: remote, listing, by: transport, progress)
    let unchanged = updates.filter { $0.old == $0.new }.map { Self.result($0, nil) }
    let outcome = PushOutcome(updates: refused + unchanged + sent.results, parts: sent.parts)
    if let name = remote.name { try remember(outcome.updates + sent.halves, of: name) }
    return outcome
  }

  /// One intent for each reference of the remote, which what is said twice is.
  private static func distinct(
    _ intents: [PushIntent], _ listing: RemoteListing
  ) throws -> [PushIntent] {
    var distinct: [PushIntent] = []
    var places: [String: Int] = [:]
    for var intent in intents {
      if intent.mayBeTag, listing.references[intent.destination] == nil,
        let name = intent.destination.suffix(after: "refs/heads/"),
        listing.references["refs/tags/" + name] != nil
      {
        intent = PushIntent(source: nil, destination: "refs/tags/" + name, rule: intent.rule)
      }
      guard let place = places[intent.destination] else {
        places[intent.destination] = distinct.count
        distinct.append(intent)
        continue
      }
      guard distinct[place].source == intent.source else {
        throw RemoteError.badPushSpecification(
          intent.destination, problem: "the reference there would get two values")
      }
      if intent.rule == .force { distinct[place] = intent }
    }
    return distinct
  }

  private enum Decision {
    case step(PushUpdate)
    case refuse(reason: String)
  }

  private func decide(
    _ intent: PushIntent, _ remote: RemoteTarget, _ listing: RemoteListing
  ) throws -> Decision {
    let old = listing.references[intent.destination]
    func step(_ isForced: Bool) -> Decision {
      .step(
        PushUpdate(new: intent.source, name: intent.destination, old: old, isForced: isForced))
    }
    if intent.source == nil, old == nil {
      return .refuse(reason: "the remote has no such reference")
    }
    if intent.source == nil, intent.destination == listing.head {
      // Git refuses it by itself; what is reached through libgit2 need not.
      return .refuse(reason: "the remote's HEAD is on it")
    }
    if case .withLease(let expected) = intent.rule, old != intent.source,
      try !holds(expected, intent, remote, old)
    {
      return .refuse(reason: "the remote has moved it since it was last seen: fetch first")
    }
    guard let new = intent.source else { return step(true) }
    guard let old, old != new else { return step(false) }
    guard intent.rule == .forwardOnly else { return step(true) }
    if intent.destination.hasPrefix("refs/tags/") {
      return .refuse(reason: "the remote has another tag of this name")
    }
    guard database.contains(old) else {
      return .refuse(reason: "the remote has commits that are not here: pull first")
    }
    guard try MergeBase.isAncestor(old, of: new, in: handle) else {
      return .refuse(reason: "it would take commits away from the remote: pull first")
    }
    return step(false)
  }

  private func holds(
    _ expected: ObjectID?, _ intent: PushIntent, _ remote: RemoteTarget, _ found: ObjectID?
  ) throws -> Bool {
    if let expected { return expected == found }
    // What nobody here has seen is held to be new there, as Git does.
    guard let name = remote.name, let branch = intent.destination.suffix(after: "refs/heads/")
    else { return found == nil }
    return try references.target(of: "refs/remotes/\(name)/\(branch)") == found
  }

  /// Whether the remote has notes or settings that ours do not include.
  func lacksCompanions(_ listing: RemoteListing) throws -> Bool {
    try [NotesStore.reference, SharedSettings.reference].contains { name in
      try lacks(listing.references[name], references.target(of: name))
    }
  }

  /// Whether theirs has something that ours does not include.
  private func lacks(_ theirs: ObjectID?, _ ours: ObjectID?) throws -> Bool {
    guard let theirs else { return false }
    guard let ours, database.contains(theirs) else { return true }
    return try !MergeBase.isAncestor(theirs, of: ours, in: handle)
  }

  private func companionUpdates(_ listing: RemoteListing) throws -> [PushUpdate] {
    try [NotesStore.reference, SharedSettings.reference].compactMap { name in
      guard let ours = try references.target(of: name), ours != listing.references[name] else {
        return nil
      }
      return PushUpdate(new: ours, name: name, old: listing.references[name], isForced: false)
    }
  }

  private struct Sent {
    var results: [ReferenceUpdate] = []
    /// The way that a reference went of which a later part was refused: that cannot be taken back.
    var halves: [ReferenceUpdate] = []
    var parts = 0

    mutating func add(_ update: PushUpdate, _ failure: String?, reached: ObjectID?) {
      guard let failure, let reached, reached != update.old else {
        return results.append(EditRepository.result(update, failure))
      }
      results.append(
        EditRepository.result(
          update, "\(failure); earlier parts came: the remote is at \(reached.abbreviated) now"))
      halves.append(
        EditRepository.result(
          PushUpdate(
            new: reached, name: update.name, old: update.old, isForced: update.isForced), nil))
    }
  }

  private func send(
    _ updates: [PushUpdate], _ limit: Int, to remote: RemoteTarget, _ listing: RemoteListing,
    by transport: any RemoteTransport, _ progress: any ProgressSink
  ) throws -> Sent {
    var sent = Sent()
    guard !updates.isEmpty else { return sent }
    let known = listing.references.values.compactMap { try? database.peeledToCommit($0) }
    var last: [PushUpdate] = []
    for update in updates {
      guard let new = update.new, update.name.hasPrefix("refs/heads/") else {
        last.append(update)
        continue
      }
      let plan = PushPlan(
        repository: self, limit: limit, known: Array(Set(known)))
      var old = update.old
      var isForced = update.isForced
      var failure: String?
      for step in try plan.steps(to: new, from: update.isForced ? nil : old).dropLast() {
        let part = PushUpdate(new: step, name: update.name, old: old, isForced: isForced)
        failure = try transport.push([part], to: remote, progress: progress)[update.name]
        guard failure == nil else { break }
        sent.parts += 1
        (old, isForced) = (step, false)
      }
      if let failure {
        sent.add(update, failure, reached: old)
      } else {
        last.append(PushUpdate(new: new, name: update.name, old: old, isForced: isForced))
      }
    }
    if !last.isEmpty {
      let refused = try transport.push(last, to: remote, progress: progress)
      if refused.count < last.count { sent.parts += 1 }
      let whole = Dictionary(updates.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
      for part in last {
        if let update = whole[part.name] {
          sent.add(update, refused[part.name], reached: part.old)
        }
      }
    }
    return sent
  }

  private static func result(_ update: PushUpdate, _ failure: String?) -> ReferenceUpdate {
    let result: ReferenceUpdate.Result =
      if let failure { .refused(reason: failure) } else if update.old == update.new {
        .unchanged
      } else if update.new == nil { .deleted } else if update.old == nil {
        .created
      } else if update
        .isForced
      { .forced } else { .moved }
    return ReferenceUpdate(
      name: update.name, before: update.old, after: update.new, result: result)
  }

  /// What was pushed is what the remote has now. No operation: what is out cannot be taken back.
  private func remember(_ updates: [ReferenceUpdate], of remote: String) throws {
    try asWriter {
      let person = try operatorIdentity().committer
      for update in updates {
        guard let branch = update.name.suffix(after: "refs/heads/") else { continue }
        if case .refused = update.result { continue }
        let name = "refs/remotes/\(remote)/\(branch)"
        let before = try references.value(of: name)
        let after: ReferenceValue = update.after.map { .object($0) } ?? .absent
        guard before != after else { continue }
        try references.apply(
          .init(name: name, before: before, after: after), "update by push", by: person)
      }
    }
  }
}
