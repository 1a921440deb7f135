package import Diagnostics
internal import Editing
package import Store

/// History as people read it: `emend log`.
package struct ListHistory {
  /// A commit with what it did to the facts.
  package struct Entry: Sendable {
    /// The commit.
    package let commit: HistoryEntry
    /// Branches, tags and branches of remotes that point at it.
    package let names: [String]
    /// Its parents among the commits listed, or the nearest ancestors that are; for a graph.
    package let shownParents: [ObjectID]
    /// The note on it, where notes were asked for and there is one.
    package let note: String?
  }

  /// Which commits are listed.
  package enum Scope: Sendable {
    /// Those of a revision or range.
    case revision(RevisionExpression)
    /// Those that any branch, tag or branch of a remote reaches.
    case everything
  }

  /// Whether notes are read.
  package enum Notes: Sendable { case leftOut, read }

  /// In which order commits are listed.
  package enum Order: Sendable {
    /// The latest first.
    case latestFirst
    /// The oldest first.
    case oldestFirst
    /// As a graph is drawn: one line of descent after the other.
    case graph
  }

  /// Which of the commits in the scope are listed.
  package struct Filter: Sendable {
    /// Only commits that brought or took facts about it, letter case and space aside; of a merge, what none of
    /// its sides had done.
    package var subject: String?
    /// Only commits whose message contains it, letter case aside.
    package var message: String?
    /// Only commits whose author's name or address contains it, letter case aside.
    package var author: String?
    /// Which parents of a merge are followed.
    package var parents = EditRepository.WalkParents.all

    /// All commits.
    package init() {}
  }

  private let repository: EditRepository
  private let progress: any ProgressSink

  /// Lists a repository's history.
  /// - Parameter progress: is told of the index of facts being built, where the filter needs it.
  package init(in repository: EditRepository, progress: any ProgressSink) {
    self.repository = repository
    self.progress = progress
  }

  /// Commits of a scope.
  ///
  /// - Parameter notes: whether what was measured later is read, too.
  /// - Parameter limit: at most so many: of an order from the oldest, the latest ones, as in Git.
  /// - Throws: what the store throws.
  package func run(
    _ scope: Scope, _ filter: Filter = Filter(), order: Order = .latestFirst, limit: Int? = nil,
    notes: Notes = .leftOut
  ) throws -> [Entry] {
    let names = try repository.referenceNames()
    let subject = filter.subject.map { FactKey($0) }
    let proposed = try subject.map { try candidates(for: $0, scope, names) }
    var commits: [HistoryEntry] = []
    var passed: [GraphCommit] = []
    // A graph leads over the commits that are left out, so it has to see them all.
    let stopsEarly = order != .graph
    func visit(_ commit: HistoryEntry) throws -> EditRepository.WalkStep {
      if stopsEarly, let limit, commits.count >= limit { return .stop }
      if order == .graph {
        let parents = commit.commit.parents
        passed.append(
          GraphCommit(
            id: commit.id, parents: filter.parents == .all ? parents : Array(parents.prefix(1))))
      }
      guard proposed?.contains(commit.id) ?? true, matches(commit, filter) else { return .goOn }
      if let subject, try !concerns(commit, subject) { return .goOn }
      commits.append(commit)
      return .goOn
    }
    switch scope {
    case .revision(let revision):
      try repository.walk(revision, following: filter.parents, visit)
    case .everything:
      try repository.walk(from: names.keys.sorted(), following: filter.parents, visit)
    }
    guard order == .graph else {
      let entries = try commits.map {
        try entry($0, names, shownParents: $0.commit.parents, notes)
      }
      return order == .oldestFirst ? entries.reversed() : entries
    }
    let listed = Dictionary(
      commits.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let shown = graphCommits(passed) { listed[$0] != nil }
    return try graphOrder(of: shown).prefix(limit ?? .max).compactMap { place in
      try listed[shown[place].id].map {
        try entry($0, names, shownParents: shown[place].parents, notes)
      }
    }
  }

  private func entry(
    _ commit: HistoryEntry, _ names: [ObjectID: [String]], shownParents: [ObjectID],
    _ notes: Notes
  ) throws -> Entry {
    let note = notes == .read ? try repository.note(on: commit.id) : nil
    return Entry(
      commit: commit, names: names[commit.id] ?? [], shownParents: shownParents,
      note: note.map { String(decoding: $0, as: UTF8.self) })
  }

  private func matches(_ entry: HistoryEntry, _ filter: Filter) -> Bool {
    if let message = filter.message, !Self.contains(entry.commit.message, message) { return false }
    if let author = filter.author,
      !Self.contains("\(entry.commit.author.name) <\(entry.commit.author.email)>", author)
    {
      return false
    }
    return true
  }

  private static func contains(_ text: String, _ part: String) -> Bool {
    text.lowercased().contains(part.lowercased())
  }

  /// The commits of which the index says that they brought or took facts about a subject. Some may be gone by now, and
  /// another subject can have the same hash.
  private func candidates(
    for key: FactKey, _ scope: Scope, _ names: [ObjectID: [String]]
  ) throws -> Set<ObjectID> {
    let tips: [ObjectID]
    switch scope {
    case .revision(let revision):
      switch try repository.resolve(revision) {
      case .commit(let id), .range(_, let id): tips = [id]
      case .symmetric(let a, let b): tips = [a, b]
      }
    case .everything: tips = names.keys.sorted()
    }
    return try FactIndex.ask(repository, covering: tips, progress: progress) {
      try $0.commits(of: key.hash, in: .subject)
    }
  }

  /// Whether a commit brought or took facts about a subject. Of a merge, what it took out can be a side's that is not the
  /// first.
  private func concerns(_ entry: HistoryEntry, _ key: FactKey) throws -> Bool {
    try (1...max(1, entry.commit.parents.count)).contains { mainline in
      let facts = try repository.changes(of: entry.id, mainline: mainline).facts()
      return try (facts.added + facts.dropped).contains {
        FactKey(try FactKey.question(ofLine: $0.line, file: "facts.jsonl").subject) == key
      }
    }
  }
}
