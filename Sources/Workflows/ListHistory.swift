internal import Editing
package import Store

/// History as people read it: `emend log`.
package struct ListHistory {
  /// A commit with what it did to the facts.
  package struct Entry: Sendable {
    /// The commit.
    package let commit: HistoryEntry
    /// Branches and tags that point at it.
    package let names: [String]
  }

  /// Which commits are listed.
  package enum Scope: Sendable {
    /// Those of a revision or range.
    case revision(RevisionExpression)
    /// Those that any branch or tag reaches.
    case everything
  }

  private let repository: EditRepository

  /// Lists a repository's history.
  package init(in repository: EditRepository) { self.repository = repository }

  /// Commits, the latest first.
  ///
  /// - Parameters:
  ///   - subject: only commits that brought or took facts about it, letter case and space aside.
  ///   - limit: at most so many.
  /// - Throws: what the store throws.
  package func run(_ scope: Scope, subject: String?, limit: Int?) throws -> [Entry] {
    var entries: [Entry] = []
    let names = try repository.referenceNames()
    func visit(_ commit: HistoryEntry) throws -> EditRepository.WalkStep {
      if let limit, entries.count >= limit { return .stop }
      if let subject, try !concerns(commit, subject) { return .goOn }
      entries.append(Entry(commit: commit, names: names[commit.id] ?? []))
      return .goOn
    }
    switch scope {
    case .revision(let revision): try repository.walk(revision, visit)
    case .everything: try repository.walk(from: names.keys.sorted(), visit)
    }
    return entries
  }

  private func concerns(_ entry: HistoryEntry, _ subject: String) throws -> Bool {
    let wanted = Self.folded(subject)
    let facts = try repository.changes(of: entry.id).facts()
    return try (facts.added + facts.dropped).contains { line in
      let fact = try Editing.FactLines.decode(Array((line.line + "\n").utf8), file: "facts.jsonl")
      return Self.folded(fact[0].fact.subject) == wanted
    }
  }

  private static func folded(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
