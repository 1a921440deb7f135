package import Store

/// Repeats what commits changed elsewhere: `emend cherry-pick`.
package struct PickCommits {
  private let repository: EditRepository

  /// Picks in a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// Picks commits, those of a range from the oldest on; the first that cannot be picked ends it.
  ///
  /// - Returns: the commits made.
  /// - Throws: what the store throws; commits made before stay.
  package func run(_ revisions: [RevisionExpression], mainline: Int?) throws -> [RecordedCommit] {
    // All names are looked up first: a mistyped one ends it before anything is made.
    let commits = try revisions.flatMap { try self.commits(of: $0) }
    return try commits.map { try repository.cherryPick($0, mainline: mainline) }
  }

  private func commits(of revision: RevisionExpression) throws -> [ObjectID] {
    if case .commit(let id) = try repository.resolve(revision) { return [id] }
    var commits: [ObjectID] = []
    try repository.walk(revision) { entry in
      commits.append(entry.id)
      return .goOn
    }
    return commits.reversed()
  }
}
