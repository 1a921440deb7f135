package import Editing
package import Store

/// Anything that a user can name, in full: `emend show`.
package struct DescribeObject {
  /// What was named.
  package enum Description: Sendable {
    /// A commit.
    case commit(DescribeCommit.Description)
    /// A tag with a message, and the commit that it names.
    case tag(TagObject, DescribeCommit.Description)
    /// An edit.
    case edit(Edit)
    /// A file in a commit's tree.
    case file(File)
    /// A directory in a commit's tree.
    case directory([DirectoryEntry])
    /// A command that changed something.
    case operation(OperationEntry)
    /// What edits start from, and where it was last seen.
    case base(BaseManifest, path: String?, accepted: [String])
  }

  /// An edit by itself.
  package struct Edit: Sendable {
    /// Its id.
    package let id: EditID
    /// What it says about itself.
    package let manifest: EditManifest
    /// Its facts.
    package let facts: [FactCase]
    /// Whether it is active at `HEAD`.
    package let isActive: Bool
    /// The latest commit that brought it, of those in the history looked at; `nil` where none of them is known to have.
    package let commit: HistoryEntry?
  }

  /// A file of the repository.
  package struct File: Sendable {
    /// Where it is in the tree; `nil` for one that was named by its id.
    package let path: String?
    /// Its id.
    package let id: ObjectID
    /// Its content.
    package let bytes: [UInt8]
    /// The content, where that is text.
    package let text: String?
  }

  private let repository: EditRepository

  /// Describes objects of a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// Describes what some words name: a revision, `REV:path`, an object's digits, an edit's digits, or `base` where no branch or
  /// tag is called so.
  ///
  /// - Throws: ``RevisionError``, what the store throws.
  package func run(_ text: String) throws -> Description {
    let object: NamedObject
    do {
      object = try repository.object(named: text)
    } catch let error as RevisionError {
      guard case .unknown = error else { throw error }
      if text == "base" {
        let base = try repository.stack(at: repository.head().commit).base()
        return .base(
          base, path: try repository.baseDirectory(of: base.fingerprint),
          accepted: try base.acceptedFiles(in: repository))
      }
      if let edit = try edit(startingWith: text) { return .edit(edit) }
      throw error
    }
    switch object.kind {
    case .commit:
      if let operation = try repository.operation(object.id) { return .operation(operation) }
      return .commit(try DescribeCommit(in: repository).run(object.id))
    case .tag:
      guard let annotation = try repository.annotation(object.id) else {
        throw RevisionError.notACommit(text, found: "damaged tag")
      }
      let commit = try repository.commitID(RevisionExpression(text + "^{commit}"))
      return .tag(annotation, try DescribeCommit(in: repository).run(commit))
    case .blob: return .file(try file(object))
    case .tree:
      if let (id, rest) = object.editPath, rest.isEmpty, let place = object.place {
        let commit = try repository.commitID(RevisionExpression(place.revision))
        if let stored = try repository.edit(id, at: commit) {
          return .edit(try describe(stored, since: nil))
        }
      }
      return .directory(try repository.directory(object.id))
    }
  }

  private func file(_ object: NamedObject) throws -> File {
    let bytes = try repository.file(object.id)
    return File(
      path: object.place?.path, id: object.id, bytes: bytes,
      text: bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self))
  }

  /// Digits are an edit's where four or more of them begin the id of one.
  private func edit(startingWith digits: String) throws -> Edit? {
    guard (4...64).contains(digits.utf8.count), digits.utf8.allSatisfy(Self.isDigit) else {
      return nil
    }
    let found = try repository.edit(everBeginningWith: digits)
    if let (edit, commit) = found {
      return try describe(
        edit, since: HistoryEntry(id: commit, commit: repository.commit(commit)))
    }
    let stack = try repository.stack(at: repository.head().commit)
    guard stack.edits.contains(where: { $0.hexadecimal.hasPrefix(digits.lowercased()) }) else {
      return nil
    }
    return try describe(stack.edit(startingWith: digits), since: nil)
  }

  private func describe(_ edit: StoredEdit, since commit: HistoryEntry?) throws -> Edit {
    Edit(
      id: edit.id, manifest: edit.manifest, facts: try ListFacts.facts(of: edit),
      isActive: try repository.edit(edit.id, at: repository.head().commit) != nil, commit: commit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }
}
