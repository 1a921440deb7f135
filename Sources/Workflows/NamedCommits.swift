internal import Store

/// Where a range of commits is begun.
enum RangeOrder {
  case oldestFirst
  case latestFirst
}

extension EditRepository {
  /// The commits that expressions name, one expression after the other.
  ///
  /// All names are looked up before the first is given: a mistyped one ends a command before anything is made.
  /// - Throws: ``WorkflowError/noCommits(ranges:)``, what the store throws.
  func commits(
    named revisions: [RevisionExpression], ranges order: RangeOrder
  ) throws -> [ObjectID] {
    let commits = try revisions.flatMap { revision in
      if case .commit(let id) = try resolve(revision) { return [id] }
      var range: [ObjectID] = []
      try walk(revision) { entry in
        range.append(entry.id)
        return .goOn
      }
      return order == .latestFirst ? range : range.reversed()
    }
    guard !commits.isEmpty else { throw WorkflowError.noCommits(ranges: revisions.map(\.text)) }
    return commits
  }
}
