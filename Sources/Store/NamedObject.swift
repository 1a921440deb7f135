internal import CGit2

/// An object that some words name: a commit, a tag, or what lies in a commit's tree.
package struct NamedObject: Sendable, Equatable {
  /// Its id.
  package let id: ObjectID
  /// What it is.
  package let kind: ObjectKind
  /// For `REV:path`, the two halves.
  package let place: (revision: String, path: String)?

  /// Equal ids and kinds: where it was found does not matter.
  package static func == (a: NamedObject, b: NamedObject) -> Bool {
    a.id == b.id && a.kind == b.kind
  }

  /// An edit's directory or something in it: the edit's id, and the path below the directory.
  package var editPath: (id: EditID, rest: String)? {
    let parts = (place?.path ?? "").split(separator: "/").map(String.init)
    guard parts.count >= 3, parts[0] == EditPath.edits,
      let id = EditID(hexadecimal: parts[1] + parts[2])
    else { return nil }
    return (id, parts.dropFirst(3).joined(separator: "/"))
  }
}

/// A name in a directory of the repository.
package struct DirectoryEntry: Sendable, Equatable {
  /// The name.
  package let name: String
  /// Whether it is a directory itself.
  package let isDirectory: Bool
  /// What it names.
  package let id: ObjectID
}

extension EditRepository {
  /// The object that words name, as `git rev-parse` would find it.
  /// - Throws: ``RevisionError``.
  package func object(named text: String) throws -> NamedObject {
    let id = try lookUp { try $0.object(text) }
    let colon = text.hasPrefix(":") ? nil : text.firstIndex(of: ":")
    return NamedObject(
      id: id, kind: try database.header(of: id).kind,
      place: colon.map { (String(text[..<$0]), String(text[text.index(after: $0)...])) })
  }

  /// The bytes of a file in the repository; at most 256 MB.
  package func file(_ id: ObjectID) throws -> [UInt8] {
    try database.read(id, as: .blob, limit: FactLines.byteLimit)
  }

  /// The names in a directory of the repository.
  package func directory(_ id: ObjectID) throws -> [DirectoryEntry] {
    try database.tree(id).entries.map {
      DirectoryEntry(name: $0.name, isDirectory: $0.mode == .tree, id: $0.id)
    }
  }

  /// The operation that a commit of the log of operations records; `nil` for any other commit.
  package func operation(_ id: ObjectID) throws -> OperationEntry? {
    guard try database.tree(database.commit(id).tree)[OperationLog.file] != nil else { return nil }
    let operation = try OperationLog(database, references).read(id)
    return OperationEntry(
      id: id, record: operation.record, person: operation.committer, isUndone: false)
  }

  /// One edit of a commit's stack, found without reading the others; `nil` where it is not active.
  package func edit(_ id: EditID, at commit: ObjectID) throws -> StoredEdit? {
    try StackTree(database: database).item(id, of: database.tree(database.commit(commit).tree))
      .map { try StoredEdit(id, tree: $0.tree, in: database) }
  }

  /// The edit whose id begins with some digits, active or not, and the latest commit that brought it; `nil` where no commit
  /// that a reference reaches did.
  ///
  /// Looks at the trailers of commits: for a person's question, not for work.
  /// - Throws: ``StoreError/ambiguousEdit``.
  package func edit(
    everBeginningWith digits: String
  ) throws -> (edit: StoredEdit, commit: ObjectID)? {
    let wanted = digits.lowercased()
    var found: [EditID: ObjectID] = [:]
    let tips = try references.list("refs/").map(\.target).compactMap {
      try? database.peeledToCommit($0)
    }
    try walk(from: tips) { entry in
      for text in entry.trailers[.edit] where text.hasPrefix(wanted) {
        if let id = EditID(hexadecimal: text), found[id] == nil { found[id] = entry.id }
      }
      return .goOn
    }
    guard found.count <= 1 else {
      throw StoreError.ambiguousEdit(digits, candidates: found.keys.sorted())
    }
    guard let (id, commit) = found.first else { return nil }
    // A trailer is a claim: the tree is what counts.
    return try edit(id, at: commit).map { ($0, commit) }
  }
}
