/// Where `HEAD` is.
package struct HeadPosition: Sendable, Equatable {
  /// The branch that it is on, without `refs/heads/`; `nil` when it is on a commit itself.
  package let branch: String?
  /// The commit.
  package let commit: ObjectID
}

extension EditRepository {
  /// Refuses another `HEAD` than the one that work began on.
  func checkHead(_ expected: HeadPosition) throws {
    let found = try head()
    guard found.commit == expected.commit else {
      throw StoreError.headMoved(expected: expected.commit, found: found.commit)
    }
    guard found.branch == expected.branch else {
      throw StoreError.headSwitched(expected: expected.branch, found: found.branch)
    }
  }
}
