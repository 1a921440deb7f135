/// Where `HEAD` is.
package struct HeadPosition: Sendable, Equatable {
  /// The branch that it is on, without `refs/heads/`; `nil` when it is on a commit itself.
  package let branch: String?
  /// The commit.
  package let commit: ObjectID

  /// Whether both are the same place; branches byte for byte.
  package static func == (one: HeadPosition, other: HeadPosition) -> Bool {
    one.commit == other.commit
      && (one.branch?.isSameName(as: other.branch) ?? (other.branch == nil))
  }
}

extension EditRepository {
  /// Refuses another `HEAD` than the one that work began on.
  func checkHead(_ expected: HeadPosition) throws {
    let found = try head()
    guard found.commit == expected.commit else {
      throw StoreError.headMoved(expected: expected.commit, found: found.commit)
    }
    guard found == expected else {
      throw StoreError.headSwitched(expected: expected.branch, found: found.branch)
    }
  }
}
