/// Where `HEAD` is.
package struct HeadPosition: Sendable, Equatable {
  /// The branch that it is on, without `refs/heads/`; `nil` when it is on a commit itself.
  package let branch: String?
  /// The commit.
  package let commit: ObjectID
}
