internal import CGit2

/// Where two histories meet.
enum MergeBase {
  /// The best common ancestors of two commits, by id; none when they have no history in common.
  static func all(
    of a: ObjectID, _ b: ObjectID, in repository: GitRepositoryHandle
  ) throws -> [ObjectID] {
    try repository.requireWholeHistory()
    var first = a.raw
    var second = b.raw
    var found = git_oidarray()
    let code = git_merge_bases(&found, repository.raw, &first, &second)
    if code == GIT_ENOTFOUND.rawValue { return [] }
    try GitFailure.check(code, "find where two histories meet", "\(a), \(b)")
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
    return try GitFailure.check(
      git_graph_descendant_of(repository.raw, &newer, &older), "compare two histories",
      "\(ancestor), \(commit)") == 1
  }
}
