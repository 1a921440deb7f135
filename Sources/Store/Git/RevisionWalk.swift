internal import CGit2

/// Goes through history: children before their parents, later commits first.
///
/// Lazy: a commit is looked at when it is asked for. Used by the thread that uses the repository.
final class RevisionWalk: Sequence, IteratorProtocol {
  private let raw: OpaquePointer
  private let repository: GitRepositoryHandle

  /// Starts at `tips` and leaves out what `hidden` reaches, as far as libgit2 sees that from the commits' dates.
  init(
    _ repository: GitRepositoryHandle, from tips: [ObjectID], hiding hidden: [ObjectID] = [],
    following parents: EditRepository.WalkParents = .all
  ) throws {
    self.repository = repository
    try repository.requireWholeHistory()
    var created: OpaquePointer?
    try GitFailure.check(git_revwalk_new(&created, repository.raw), "walk through history", "")
    guard let created else { throw GitFailure.nothingReturned("walk through history", "") }
    raw = created
    try GitFailure.check(
      git_revwalk_sorting(raw, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue),
      "walk through history", "")
    if parents == .first {
      try GitFailure.check(
        git_revwalk_simplify_first_parent(raw), "walk through history", "")
    }
    for tip in tips {
      var id = tip.raw
      try GitFailure.checkHistory(
        git_revwalk_push(raw, &id), "walk through history", tip.hexadecimal)
    }
    for tip in hidden {
      var id = tip.raw
      try GitFailure.checkHistory(
        git_revwalk_hide(raw, &id), "walk through history", tip.hexadecimal)
    }
  }

  deinit { git_revwalk_free(raw) }

  /// The first failure of ``next()``, which can only end a sequence: to be asked for after the last commit.
  private(set) var failure: (any Error)?

  func next() -> ObjectID? {
    var id = git_oid()
    let code = git_revwalk_next(&id, raw)
    if code == 0 { return ObjectID(id) }
    if code != GIT_ITEROVER.rawValue {
      failure = GitFailure(code, "walk through history", "").inHistory
    }
    return nil
  }

  /// All that were not given yet.
  func rest() throws -> [ObjectID] {
    let rest = Array(self)
    if let failure { throw failure }
    return rest
  }
}
