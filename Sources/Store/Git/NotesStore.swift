internal import CGit2

/// What was learnt about a commit later (evaluations, audits), kept as Git notes.
///
/// Notes never change a commit or a tree. They are written by libgit2, so that `git notes --ref=emend` reads and writes
/// the same ones; a commit has one note, which is replaced as a whole.
struct NotesStore {
  /// Where the notes are.
  static let reference = "refs/notes/emend"
  /// Notes come from remotes too.
  static let byteLimit = 16 << 20

  private let repository: GitRepositoryHandle
  private let database: ObjectDatabase

  init(_ repository: GitRepositoryHandle, _ database: ObjectDatabase) {
    self.repository = repository
    self.database = database
  }

  /// The note on an object; `nil` when it has none.
  func read(_ object: ObjectID) throws -> [UInt8]? {
    guard let id = try noteID(object) else { return nil }
    return try database.read(id, as: .blob, limit: Self.byteLimit)
  }

  /// Commits the notes with another one on an object in place of the one that it has; no reference moves.
  ///
  /// - Returns: the step of ``reference`` that makes it so.
  /// - Throws: ``StoreError/noteNotText(_:)`` for one with a NUL, where a text of C would end.
  func commit(_ text: [UInt8], on object: ObjectID, by identity: Identity) throws
    -> ReferenceChange
  {
    guard !text.contains(0) else { throw StoreError.noteNotText(object) }
    var before = git_oid()
    let code = git_reference_name_to_id(&before, repository.raw, Self.reference)
    let isFirst = code == GIT_ENOTFOUND.rawValue
    if !isFirst { try GitFailure.check(code, "read the notes", Self.reference) }
    var parent: OpaquePointer?
    defer { git_commit_free(parent) }
    if !isFirst {
      try GitFailure.check(
        git_commit_lookup(&parent, repository.raw, &before), "read the notes", Self.reference)
    }
    var after = git_oid()
    var target = object.raw
    let author = try RawSignature(identity.author)
    let committer = try RawSignature(identity.committer)
    try GitFailure.check(
      git_note_commit_create(
        &after, nil, repository.raw, parent, author.raw, committer.raw, &target,
        (text + [0]).map { CChar(bitPattern: $0) }, 1),
      "write the note on", object.hexadecimal)
    return ReferenceChange(
      name: Self.reference, before: isFirst ? .absent : .object(ObjectID(before)),
      after: .object(ObjectID(after)))
  }

  /// The blob that holds a note, found without reading it.
  private func noteID(_ object: ObjectID) throws -> ObjectID? {
    var target = git_oid()
    let code = git_reference_name_to_id(&target, repository.raw, Self.reference)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try GitFailure.check(code, "read the notes", Self.reference)
    var tree = try database.tree(database.commit(ObjectID(target)).tree)
    // Git spreads notes over directories of two digits as they become many.
    var rest = object.hexadecimal[...]
    while true {
      if let entry = tree[String(rest)] { return entry.mode == .file ? entry.id : nil }
      guard rest.count > 2, let entry = tree[String(rest.prefix(2))], entry.mode == .tree else {
        return nil
      }
      tree = try database.tree(entry.id)
      rest = rest.dropFirst(2)
    }
  }
}

/// Owns a `git_signature`.
final class RawSignature {
  let raw: UnsafeMutablePointer<git_signature>

  init(_ signature: Signature) throws(GitFailure) {
    var created: UnsafeMutablePointer<git_signature>?
    try GitFailure.check(
      git_signature_new(
        &created, signature.name, signature.email, signature.time.seconds,
        Int32(clamping: signature.time.offsetMinutes)), "name the author", signature.name)
    guard let created else { throw .nothingReturned("name the author", signature.name) }
    raw = created
  }

  deinit { git_signature_free(raw) }
}
