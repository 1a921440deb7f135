/// The commits among which the one that changed something is looked for.
///
/// All of them have it (are *bad*) from some commit on: one that has it, and whose parents have not, is wanted. Each look at a
/// commit leaves either its history or the rest.
package struct BisectionRange: Sendable {
  /// The commits that may be the first bad one, children before parents.
  package let candidates: [GraphCommit]

  /// - Parameter candidates: children before parents; the first is known to be bad.
  package init(_ candidates: [GraphCommit]) { self.candidates = candidates }

  /// What to do next.
  package enum Step: Sendable, Equatable {
    /// Look at this commit before any candidate: the history of a good commit that is not in the bad one's
    /// history meets it there, and only if this one is good as well, the candidates have the first bad one.
    case lookFirst(ObjectID)
    /// Look at this commit; about so many looks remain after it.
    case look(ObjectID, remaining: Int, steps: Int)
    /// This commit is the first bad one.
    case found(ObjectID)
    /// One of these is; the commits that could tell cannot be looked at.
    case undecided([ObjectID])

    /// The commit to look at, where there is one.
    package var look: ObjectID? {
      switch self {
      case .lookFirst(let id), .look(let id, _, _): id
      case .found, .undecided: nil
      }
    }
  }

  /// The commit whose look leaves the fewest whichever way it goes.
  ///
  /// - Parameter skipped: commits that cannot be looked at.
  package func next(skipping skipped: Set<ObjectID> = []) -> Step {
    guard let tip = candidates.first else { return .undecided([]) }
    guard candidates.count > 1 else { return .found(tip.id) }
    let weights = weights()
    var best: (place: Int, worth: Int)?
    for place in candidates.indices.dropFirst() where !skipped.contains(candidates[place].id) {
      let worth = min(weights[place], candidates.count - weights[place])
      if worth > best?.worth ?? 0 { best = (place, worth) }
    }
    guard let best else { return .undecided(candidates.map(\.id)) }
    var steps = 0
    while 1 << (steps + 1) < candidates.count { steps += 1 }
    return .look(candidates[best.place].id, remaining: candidates.count, steps: steps)
  }

  /// For each candidate, how many candidates its history has, itself included.
  private func weights() -> [Int] {
    let places = Dictionary(
      candidates.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let parents = candidates.map { $0.parents.compactMap { places[$0] } }
    var weights = Array(repeating: 1, count: candidates.count)
    var seenAt = Array(repeating: -1, count: candidates.count)
    for place in candidates.indices.reversed() {
      switch parents[place].count {
      case 0: weights[place] = 1
      case 1: weights[place] = weights[parents[place][0]] + 1
      default:
        // What two parents have in common counts once: only merges have to be walked through.
        var count = 0
        var open = [place]
        seenAt[place] = place
        while let next = open.popLast() {
          count += 1
          for parent in parents[next] where seenAt[parent] != place {
            seenAt[parent] = place
            open.append(parent)
          }
        }
        weights[place] = count
      }
    }
    return weights
  }
}

extension EditRepository {
  /// What to do next in a search.
  ///
  /// As in Git, where a good commit is no ancestor of the bad one, their merge bases are looked at first.
  /// - Parameter skipped: commits that cannot be looked at.
  /// - Throws: ``StoreError/goodAfterBad(bad:good:)`` where no candidate is left: a merge base is bad, too.
  package func bisectionStep(
    bad: ObjectID, good: [ObjectID], skipping skipped: Set<ObjectID>
  ) throws -> BisectionRange.Step {
    let range = try bisectionRange(bad: bad, good: good)
    let bases = try MergeBase.all(of: bad, withAny: good, in: handle)
      .filter { !good.contains($0) }
    if let base = bases.first(where: { !skipped.contains($0) }) { return .lookFirst(base) }
    return switch range.next(skipping: skipped) {
    // It may as well be a merge base that cannot be looked at, or a commit before that.
    case .found(let commit) where !bases.isEmpty: .undecided([commit] + bases)
    case .undecided(let candidates): .undecided(candidates + bases)
    case let step: step
    }
  }

  /// The commits that a bad one has and the good ones have not.
  ///
  /// - Throws: ``StoreError/goodAfterBad(bad:good:)`` where none is left.
  package func bisectionRange(bad: ObjectID, good: [ObjectID]) throws -> BisectionRange {
    for commit in good where try isAncestor(bad, of: commit) {
      throw StoreError.goodAfterBad(bad: bad, good: commit)
    }
    var candidates: [GraphCommit] = []
    try walk(from: [bad], hiding: good) { entry in
      candidates.append(GraphCommit(id: entry.id, parents: entry.commit.parents))
      return .goOn
    }
    // Parents that are good are no candidates.
    let places = Set(candidates.map(\.id))
    return BisectionRange(
      candidates.map { GraphCommit(id: $0.id, parents: $0.parents.filter(places.contains)) })
  }
}
