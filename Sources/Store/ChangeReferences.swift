import Files

extension EditRepository {
  /// Carries out one command's changes of references, as the only writer: objects, then the log of
  /// operations, then the references, each by compare-and-swap.
  ///
  /// When a reference holds something else by now, those already moved are moved back. After a crash in between, the
  /// log has an operation that did not take place, or not wholly; ``undo()`` looks at each reference before it moves it.
  /// - Returns: the operation's id.
  /// - Throws: ``StoreError``, before anything is written where a linked working tree is on one of the branches.
  @discardableResult
  func changeReferences(
    _ record: OperationRecord, reason: String, by identity: Identity, with pack: PackWriter
  ) throws -> ObjectID {
    for change in record.changes { try checkMovable(change.name) }
    let (operation, step) = try OperationLog(database, references).prepare(
      record, by: identity, in: pack)
    try pack.finish()
    let changes = [step] + record.changes
    var done: [ReferenceChange] = []
    do throws(GitFailure) {
      for change in changes {
        try references.apply(change, reason, by: identity.committer)
        done.append(change)
      }
    } catch {
      // A disk can take the new name and then fail to keep it: what is said is then what is undone.
      let failed = changes[done.count]
      if error.kind == .other, (try? references.value(of: failed.name)) == failed.after {
        done.append(failed)
      }
      for change in done.reversed() {
        try? references.apply(change.inverse, "undo: \(reason)", by: identity.committer)
      }
      switch error.kind {
      case .modified, .exists: throw StoreError.raced(reference: error.subject)
      case .locked:
        // A reference that goes is taken out of the packed ones too, which have a lock of their own.
        let files = ["\(error.subject).lock", "packed-refs.lock"].map { handle.directory + $0 }
        let present = try? files.first { try fileKind(at: $0) != nil }
        throw StoreError.referenceLocked(error.subject, file: present ?? files[0])
      case .notFound, .ambiguous, .invalidName, .ownerDiffers, .other: throw error
      }
    }
    return operation
  }

  /// Carries out an operation that makes no commit.
  ///
  /// - Parameter settle: sets what goes with them, still as the only writer.
  /// - Parameter changes: is asked as the only writer; without any, nothing is logged.
  func operate(
    _ kind: OperationRecord.Kind, _ summary: String, _ reason: String, with pack: PackWriter? = nil,
    settling settle: () throws -> Void = {}, _ changes: () throws -> [ReferenceChange]
  ) throws {
    try asWriter {
      let changes = try changes()
      guard !changes.isEmpty else { return try settle() }
      try changeReferences(
        OperationRecord(kind: kind, summary: summary, changes: changes, undoes: nil),
        reason: reason, by: operatorIdentity(), with: pack ?? PackWriter(into: database))
      try settle()
      // It is done. That packs could not be joined is for the next one to find out.
      _ = try? joinPacks()
    }
  }

  /// Who moves references. Unlike a commit, this needs no name: Git does not ask for one either.
  func operatorIdentity() throws -> Identity {
    do {
      return try identity()
    } catch is IdentityError {
      let nobody = Signature(name: "unknown", email: "unknown", time: environment.time)
      return Identity(author: nobody, committer: nobody)
    }
  }

  /// The step of `HEAD`, or of the branch that it is on, to a commit.
  func headStep(to commit: ObjectID) throws -> ReferenceChange {
    switch try references.head() {
    case .branch(let name, let old):
      ReferenceChange(
        name: name, before: old.map { .object($0) } ?? .absent, after: .object(commit))
    case .detached(let old):
      ReferenceChange(name: "HEAD", before: .object(old), after: .object(commit))
    case .damaged: ReferenceChange(name: "HEAD", before: .absent, after: .object(commit))
    }
  }
}
