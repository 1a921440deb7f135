package import Store

/// Branches with what is on them: `emend branch`.
package struct ListBranches {
  /// A branch and its latest commit.
  package struct Entry: Sendable {
    /// The branch.
    package let branch: Branch
    /// The summary of its commit.
    package let summary: String
  }

  /// Which branches are listed.
  package struct Filter: Sendable {
    /// Where branches are.
    package enum Place: Sendable { case here, remotes, everywhere }
    /// Where they are.
    package var place = Place.everywhere
    /// Only names like these; all where there are none.
    package var patterns: [NamePattern] = []
    /// Only those whose history has this commit.
    package var containing: RevisionExpression?
    /// Only those whose commits all are in the history of this.
    package var merged: RevisionExpression?
    /// Only those with commits that are not in the history of this.
    package var notMerged: RevisionExpression?

    /// All branches.
    package init() {}
  }

  private let repository: EditRepository

  /// Lists in a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// The branches, by name, those of remotes last.
  package func run(_ filter: Filter = Filter()) throws -> [Entry] {
    let here = filter.place == .remotes ? [] : try repository.branches()
    let remote = filter.place == .here ? [] : try repository.remoteBranches()
    let containing = try filter.containing.map { try repository.commitID($0) }
    let merged = try filter.merged.map { try repository.commitID($0) }
    let notMerged = try filter.notMerged.map { try repository.commitID($0) }
    return try (here + remote).filter { branch in
      guard
        filter.patterns.isEmpty || filter.patterns.contains(where: { $0.matches(branch.name) })
      else { return false }
      if let containing, try !repository.isAncestor(containing, of: branch.commit) { return false }
      if let merged, try !repository.isAncestor(branch.commit, of: merged) { return false }
      if let notMerged, try repository.isAncestor(branch.commit, of: notMerged) { return false }
      return true
    }.map { Entry(branch: $0, summary: try summary(of: $0.commit)) }
  }

  /// Damage of one branch does not hide the others, which lead out.
  private func summary(of commit: ObjectID) throws -> String {
    do { return try repository.commit(commit).summary } catch is ObjectError {
      return "(cannot be read: run `emend fsck`)"
    }
  }
}
