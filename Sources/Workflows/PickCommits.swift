package import Store

/// Repeats what commits changed elsewhere: `emend cherry-pick`.
package struct PickCommits {
  private let repository: EditRepository

  /// Picks in a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// Picks one commit, or those of a range from the oldest on; the first that cannot be picked ends it.
  ///
  /// - Returns: the commits made.
  /// - Throws: what the store throws; commits made before stay.
  package func run(_ revision: RevisionExpression, mainline: Int?) throws -> [RecordedCommit] {
    var commits: [ObjectID] = []
    switch try repository.resolve(revision) {
    case .commit(let id): commits = [id]
    default:
      try repository.walk(revision) { entry in
        commits.append(entry.id)
        return .goOn
      }
      commits.reverse()
    }
    return try commits.map { try repository.cherryPick($0, mainline: mainline) }
  }
}
