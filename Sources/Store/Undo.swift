/// An operation as the log has it.
package struct OperationEntry: Sendable, Equatable {
  /// Its id in the log.
  package let id: ObjectID
  /// What was done.
  package let record: OperationRecord
  /// Who did it, and when.
  package let person: Signature
  /// Whether a later operation took it back.
  package let isUndone: Bool
}

extension EditRepository {
  /// The operations, the latest first.
  package func operations(limit: Int = .max) throws -> [OperationEntry] {
    var entries: [OperationEntry] = []
    guard limit > 0 else { return [] }
    try walkOperations { operation, isUndone in
      entries.append(
        OperationEntry(
          id: operation.id, record: operation.record, person: operation.committer,
          isUndone: isUndone))
      return entries.count < limit ? .goOn : .stop
    }
    return entries
  }

  /// Takes back the latest operation that was not taken back yet; said again, the one before.
  ///
  /// - Returns: what was taken back.
  /// - Throws: ``StoreError/nothingToUndo``; ``StoreError/cannotUndo`` when a reference has moved since by other means.
  @discardableResult
  package func undo() throws -> OperationEntry {
    try takeBack {
      var found: OperationEntry?
      try walkOperations { operation, isUndone in
        guard !isUndone, operation.record.undoes == nil, try !isVoid(operation.record) else {
          return .goOn
        }
        found = entry(operation)
        return .stop
      }
      return found
    }
  }

  /// Takes back the latest ``undo()`` that was not taken back yet. After another command there is none.
  /// - Throws: as ``undo()``.
  @discardableResult
  package func redo() throws -> OperationEntry {
    try takeBack {
      var found: OperationEntry?
      try walkOperations { operation, isUndone in
        guard !isUndone else { return .goOn }
        guard let target = operation.record.undoes else {
          return try isVoid(operation.record) ? .goOn : .stop
        }
        // An operation that takes back an undo is itself not to be redone.
        if isUndo(target) { return .goOn }
        found = entry(operation)
        return .stop
      }
      return found
    }
  }

  /// After a crash, or by plain Git, the references may be where they were: then there is nothing to take back.
  private func isVoid(_ record: OperationRecord) throws -> Bool {
    try record.changes.allSatisfy {
      let value = try references.value(of: $0.name)
      return value == $0.before || (value != $0.after && Self.isSeenAgain($0.name))
    }
  }

  /// What is remembered of a remote and has moved was seen again since: that is no obstacle.
  private static func isSeenAgain(_ name: String) -> Bool { name.hasPrefix("refs/remotes/") }

  private func isUndo(_ id: ObjectID) -> Bool {
    (try? OperationLog(database, references).read(id).record.undoes) != nil
  }

  private func entry(_ operation: OperationLog.Operation) -> OperationEntry {
    OperationEntry(
      id: operation.id, record: operation.record, person: operation.committer, isUndone: false)
  }

  private func takeBack(_ find: () throws -> OperationEntry?) throws -> OperationEntry {
    try asWriter {
      guard let entry = try find() else { throw StoreError.nothingToUndo }
      var changes: [ReferenceChange] = []
      for change in entry.record.changes.reversed() {
        let value = try references.value(of: change.name)
        if value == change.after {
          changes.append(change.inverse)
        } else if Self.isSeenAgain(change.name) {
          continue
        } else if value != change.before {
          throw StoreError.cannotUndo(
            operation: entry.record.kind.verb, reference: change.name, found: value.text,
            expected: change.after.text)
        }
      }
      guard !changes.isEmpty else { throw StoreError.nothingToUndo }
      let record = OperationRecord(
        kind: .undo, summary: "\(entry.record.kind.verb): \(entry.record.summary)",
        changes: changes, undoes: entry.id)
      let renaming = Self.renaming(in: changes)
      let log = try renaming.flatMap { try references.logFile(of: "refs/heads/" + $0.from) }
      try changeReferences(
        record, reason: "undo: \(record.summary)", by: operatorIdentity(),
        with: PackWriter(into: database))
      if let (old, new) = renaming {
        try references.put(log, beforeLastEntryOf: "refs/heads/" + new)
        try moveBranchSettings(from: old, to: new)
      }
      return OperationEntry(
        id: entry.id, record: entry.record, person: entry.person, isUndone: true)
    }
  }

  /// The branch that went and the one that came in its place: a rename is taken back, and what goes with a name goes along.
  private static func renaming(in changes: [ReferenceChange]) -> (from: String, to: String)? {
    let branches = changes.filter { $0.name.hasPrefix("refs/heads/") }
    let (gone, made) = (
      branches.filter { $0.after == .absent }, branches.filter { $0.before == .absent }
    )
    guard gone.count == 1, made.count == 1, gone[0].before == made[0].after else { return nil }
    return (shortBranchName(gone[0].name), shortBranchName(made[0].name))
  }

  private func walkOperations(
    _ body: (OperationLog.Operation, _ isUndone: Bool) throws -> WalkStep
  ) throws {
    let log = OperationLog(database, references)
    var undone: Set<ObjectID> = []
    var next = try log.head()
    while let id = next {
      let operation = try log.read(id)
      let isUndone = undone.contains(id)
      // One that was itself taken back takes nothing back.
      if !isUndone, let target = operation.record.undoes { undone.insert(target) }
      if try body(operation, isUndone) == .stop { return }
      next = operation.previous
    }
  }
}
