internal import CGit2

/// Where two histories meet.
enum MergeBase {
  /// The best common ancestors of two commits, by id; none when they have no history in common.
  static func all(
    of a: ObjectID, _ b: ObjectID, in repository: GitRepositoryHandle
  ) throws -> [ObjectID] {
    try all(of: a, withAny: [b], in: repository)
  }

  /// The best common ancestors of a commit and of a merge that others would make, by id.
  static func all(
    of commit: ObjectID, withAny others: [ObjectID], in repository: GitRepositoryHandle
  ) throws -> [ObjectID] {
    try repository.requireWholeHistory()
    let commits = ([commit] + others).map(\.raw)
    var found = git_oidarray()
    let code = git_merge_bases_many(&found, repository.raw, commits.count, commits)
    guard code == 0 else {
      let names = ([commit] + others).map(\.description).joined(separator: ", ")
      let failure = GitFailure(code, "find where histories meet", names)
      if failure.kind == .notFound, failure.missingObject == nil { return [] }
      throw failure.inHistory
    }
    defer { git_oidarray_dispose(&found) }
    return (0..<found.count).map { ObjectID(found.ids[$0]) }.sorted()
  }

  /// Whether `ancestor` is `commit` or lies in its history.
  static func isAncestor(
    _ ancestor: ObjectID, of commit: ObjectID, in repository: GitRepositoryHandle
  ) throws -> Bool {
    if ancestor == commit { return true }
    try repository.requireWholeHistory()
    var older = ancestor.raw
    var newer = commit.raw
    return try GitFailure.checkHistory(
      git_graph_descendant_of(repository.raw, &newer, &older), "compare two histories",
      "\(ancestor), \(commit)") == 1
  }
}
