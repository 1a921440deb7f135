/// A commit among those of a history that is shown, and its parents among them.
package struct GraphCommit: Sendable, Equatable {
  /// The commit.
  package let id: ObjectID
  /// Its parents, or, where those are left out, the nearest ancestors that are shown.
  package let parents: [ObjectID]

  /// Names a commit and its parents.
  package init(id: ObjectID, parents: [ObjectID]) {
    self.id = id
    self.parents = parents
  }
}

/// The order in which a graph of a history is drawn: children before parents, one line of descent after the other, as
/// `git log --graph` has it.
///
/// - Parameter commits: in the order of a walk; the tips keep theirs.
/// - Returns: positions in `commits`.
package func graphOrder(of commits: [GraphCommit]) -> [Int] {
  let places = Dictionary(
    commits.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  var children = Array(repeating: 0, count: commits.count)
  for commit in commits {
    for parent in commit.parents { if let place = places[parent] { children[place] += 1 } }
  }
  // The last parent that has no other children comes next: the line that was merged before the one it was merged into.
  var ready = Array(commits.indices.filter { children[$0] == 0 }.reversed())
  var order: [Int] = []
  order.reserveCapacity(commits.count)
  while let next = ready.popLast() {
    order.append(next)
    for parent in commits[next].parents {
      guard let place = places[parent] else { continue }
      children[place] -= 1
      if children[place] == 0 { ready.append(place) }
    }
  }
  return order
}

/// A history of which only some commits are shown: each with the nearest ancestors that are.
///
/// - Parameter commits: children before parents, all of them.
package func graphCommits(
  _ commits: [GraphCommit], showing isShown: (ObjectID) -> Bool
) -> [GraphCommit] {
  /// For every commit, itself or what stands for it.
  var nearest: [ObjectID: [ObjectID]] = [:]
  var shown: [GraphCommit] = []
  for commit in commits.reversed() {
    var parents: [ObjectID] = []
    for parent in commit.parents {
      for ancestor in nearest[parent] ?? [] where !parents.contains(ancestor) {
        parents.append(ancestor)
      }
    }
    if isShown(commit.id) {
      nearest[commit.id] = [commit.id]
      shown.append(GraphCommit(id: commit.id, parents: parents))
    } else {
      nearest[commit.id] = parents
    }
  }
  return shown.reversed()
}
