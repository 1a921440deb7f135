/// Two facts, one from each side of a merge, that cannot both hold.
package struct FactConflict: Sendable, Equatable {
  /// The fact on the branch that is merged into.
  package let ours: StackDifference.Fact
  /// The fact on the branch that is merged.
  package let theirs: StackDifference.Fact

  /// Names a conflict.
  package init(ours: StackDifference.Fact, theirs: StackDifference.Fact) {
    self.ours = ours
    self.theirs = theirs
  }
}

/// What a merge will do.
package struct MergePlan {
  /// What kind of merge it is.
  package enum Kind: Sendable, Equatable {
    /// Our side has all of theirs.
    case upToDate
    /// Their side has all of ours: the branch only moves.
    case fastForward
    /// Both sides have commits of their own.
    case trueMerge
  }

  /// What kind of merge it is.
  package let kind: Kind
  /// The commit that is merged into.
  package let ours: ObjectID
  /// The commit that is merged.
  package let theirs: ObjectID
  /// Edits that come to our side.
  package let added: [StoredEdit]
  /// Edits that go from our side, since theirs took them out.
  package let dropped: [EditID]
  /// Facts that cannot both hold; to be resolved before the merge is recorded.
  package let conflicts: [FactConflict]
  /// Facts of a batch that both sides have replaced, each by a batch of its own: what one side took out and the other
  /// still has, and, where both still have a fact, one of the two. To be taken out of their edits.
  package let surplus: [StackDifference.Fact]
  /// What the merge changes beside the edits.
  let otherEntries: [(name: String, item: TreeWriter.Item?)]
}
