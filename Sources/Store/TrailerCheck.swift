import Checkpoint
import Diagnostics

/// Whether what a commit's message says of the commit is what the commit does.
///
/// Trailers may be left out; those that are there must be so.
struct TrailerCheck {
  let repository: EditRepository

  /// What a message says otherwise. What cannot be read says nothing here: it is found elsewhere.
  func contradictions(of id: ObjectID, _ commit: CommitObject) -> [Explanation] {
    let trailers = CommitTrailers(parsing: commit.message)
    guard !trailers.entries.isEmpty, let change = try? repository.changes(of: id) else { return [] }
    func contradiction(_ summary: String, _ found: String, _ expected: String) -> Explanation {
      Explanation(summary, file: id.hexadecimal, found: found, expected: expected)
    }
    var problems: [Explanation] = []
    func compare(_ summary: String, _ found: [String], _ claimed: [String], _ nothing: String) {
      guard Set(found) != Set(claimed) else { return }
      problems.append(
        contradiction(summary, Self.list(found, nothing), Self.list(claimed, nothing)))
    }
    let claims = (added: trailers[.edit], dropped: trailers[.drops])
    if !claims.added.isEmpty || !claims.dropped.isEmpty {
      let dropped = Set(change.dropped.map(\.hexadecimal))
      let declined = declined(claims.dropped.filter { !dropped.contains($0) }, by: commit)
      compare(
        "the commit's message does not say what the commit adds", change.added.map(\.hexadecimal),
        claims.added, "no edits")
      compare(
        "the commit's message does not say what the commit drops", Array(dropped),
        claims.dropped.filter { !declined.contains($0) }, "no edits")
    }
    if let manifests = manifests(trailers, change) {
      let facts = manifests.reduce(0) { $0 + $1.facts.count }
      if !trailers[.method].isEmpty {
        compare(
          "the commit's message names other methods than the added edits have",
          manifests.map(\.description.method), trailers[.method], "none")
      }
      if !trailers[.facts].isEmpty {
        compare(
          "the commit's message counts other facts than the added edits have", ["\(facts)"],
          trailers[.facts], "none")
      }
    }
    if !trailers[.base].isEmpty,
      let base = try? repository.stack(ofTree: commit.tree).base().fingerprint
    {
      compare(
        "the commit's message names another base than the commit has", [base.hexadecimal],
        trailers[.base], "none")
    }
    for (key, isInverse, deed) in [
      (CommitTrailers.Key.reverts, true, "takes back"), (.picks, false, "repeats"),
    ] {
      for name in trailers[key] where !isReplay(change, of: name, isInverse: isInverse) {
        problems.append(
          contradiction(
            "the commit's message says that it \(deed) a commit, and it does something else",
            Self.deeds(of: change), "what \(deed) \(name)"))
      }
    }
    return problems
  }

  private static func list(_ names: [String], _ nothing: String) -> String {
    names.isEmpty ? nothing : Set(names).sorted().joined(separator: ", ")
  }

  private static func deeds(of change: StackDifference) -> String {
    let parts = [
      change.changesBase ? "moves to another base" : nil,
      change.added.isEmpty ? nil : "adds \(list(change.added.map(\.abbreviated), ""))",
      change.dropped.isEmpty ? nil : "drops \(list(change.dropped.map(\.abbreviated), ""))",
    ].compactMap { $0 }
    return parts.isEmpty ? "it changes nothing" : "it " + parts.joined(separator: ", ")
  }

  /// What is added, where the message says something of it.
  private func manifests(
    _ trailers: CommitTrailers, _ change: StackDifference
  ) -> [EditManifest]? {
    guard !trailers[.method].isEmpty || !trailers[.facts].isEmpty else { return nil }
    return try? change.added.map { try change.edit($0).manifest }
  }

  /// Which edits are of the sides that a merge joins, and neither its first parent nor the merge has them: where facts
  /// contradict each other, it may say that it drops them.
  private func declined(_ claimed: [String], by commit: CommitObject) -> Set<String> {
    // Stacks are read for a claim alone: of all merges, that would take the square of the history.
    guard !claimed.isEmpty else { return [] }
    var others: Set<EditID> = []
    for parent in commit.parents.dropFirst() {
      guard let stack = try? repository.stack(at: parent) else { continue }
      others.formUnion(stack.edits)
    }
    guard !others.isEmpty, let own = try? repository.stack(ofTree: commit.tree),
      let first = try? repository.stack(at: commit.parents[0])
    else { return [] }
    return Set(others.subtracting(own.edits).subtracting(first.edits).map(\.hexadecimal))
  }

  /// Whether a change is what another commit did, or its inverse; of a merge, against any of its parents. Of a
  /// commit that is not here, only that something was done can be said.
  private func isReplay(_ change: StackDifference, of name: String, isInverse: Bool) -> Bool {
    let isNothing = change.added.isEmpty && change.dropped.isEmpty && !change.changesBase
    // Any other name may mean another commit tomorrow.
    guard let other = ObjectID(hexadecimal: name.lowercased()) else { return false }
    guard let content = try? repository.commit(other) else { return !isNothing }
    return (1...max(1, content.parents.count)).contains { mainline in
      guard let deed = try? repository.changes(of: other, mainline: mainline) else { return true }
      let wanted = isInverse ? (deed.dropped, deed.added) : (deed.added, deed.dropped)
      return change.added == wanted.0 && change.dropped == wanted.1
        && !(isNothing && deed.changesBase)
    }
  }
}
