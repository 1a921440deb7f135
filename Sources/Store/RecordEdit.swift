extension EditRepository {
  /// Records one new edit on `HEAD`, all of it in memory. For edits that are not, see ``StackCommit``.
  ///
  /// - Parameter deltas: what to say about each tensor's change, and its payload.
  /// - Parameter targets: the stored targets, where there are any.
  /// - Parameter head: the commit that the edit was computed on; another `HEAD` is refused.
  /// - Throws: as ``StackCommit/record``.
  package func recordEdit(
    _ description: EditDescription, facts: FactLines,
    deltas: [(description: DeltaRecord.Description, payload: [UInt8])], targets: [UInt8]? = nil,
    message: String, expecting head: ObjectID? = nil
  ) throws -> RecordedCommit {
    let commit = StackCommit(in: self)
    let edit = commit.newEdit()
    for delta in deltas { try edit.add(delta: delta.description, payload: delta.payload) }
    if let targets { try edit.add(targets: targets) }
    _ = try commit.add(edit, description, facts: facts)
    return try commit.record(message, as: .commit, onto: .head(expecting: head))
  }

  /// Takes an active edit out of `HEAD`'s stack.
  /// - Throws: ``StoreError/editNotActive``, and as ``StackCommit/record``.
  package func removeEdit(
    _ id: EditID, message: String, expecting head: ObjectID? = nil
  ) throws -> RecordedCommit {
    let commit = StackCommit(in: self)
    commit.drop(id)
    return try commit.record(message, as: .revert, onto: .head(expecting: head))
  }
}
