internal import CGit2

/// Branches, tags and `HEAD`: names that move, one compare-and-swap at a time.
///
/// Every change names the value that it replaces. Whoever comes second is told so, and nothing is lost.
final class ReferenceStore {
  /// What `HEAD` says.
  enum Head: Equatable {
    /// On a branch (its full name); `nil` while that has no commit.
    case branch(String, ObjectID?)
    /// On a commit itself.
    case detached(ObjectID)
  }

  /// libgit2 follows no longer chain.
  private static let chainLimit = 10

  let repository: GitRepositoryHandle

  init(of repository: GitRepositoryHandle) { self.repository = repository }

  /// Where `HEAD` points.
  func head() throws(GitFailure) -> Head {
    guard let head = try lookUp("HEAD") else {
      throw GitFailure(
        kind: .notFound, action: "read HEAD", subject: repository.directory,
        message: "there is no HEAD")
    }
    defer { git_reference_free(head) }
    if var name = git_reference_symbolic_target(head).map({ String(cString: $0) }) {
      let commit = try target(of: name)
      // A branch may point to another one: that is what a commit moves.
      for _ in 0..<Self.chainLimit {
        guard case .symbolic(let next) = try value(of: name) else { break }
        name = next
      }
      return .branch(name, commit)
    }
    guard let id = git_reference_target(head) else {
      throw .nothingReturned("read HEAD", repository.directory)
    }
    return .detached(ObjectID(id.pointee))
  }

  /// The object that a reference names, through any that it points to; `nil` when there is none.
  func target(of name: String) throws(GitFailure) -> ObjectID? {
    var id = git_oid()
    let code = git_reference_name_to_id(&id, repository.raw, name)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try GitFailure.check(code, "read the reference", name)
    return ObjectID(id)
  }

  /// All references whose full names begin with `prefix`, and the objects that they name, by name.
  func list(_ prefix: String) throws(GitFailure) -> [(name: String, target: ObjectID)] {
    var iterator: OpaquePointer?
    try GitFailure.check(
      git_reference_iterator_new(&iterator, repository.raw), "list the references", prefix)
    defer { git_reference_iterator_free(iterator) }
    var found: [(name: String, target: ObjectID)] = []
    var name: UnsafePointer<CChar>?
    while true {
      let code = git_reference_next_name(&name, iterator)
      if code == GIT_ITEROVER.rawValue { break }
      try GitFailure.check(code, "list the references", prefix)
      guard let name = name.map({ String(cString: $0) }), name.hasPrefix(prefix) else { continue }
      if let id = try target(of: name) { found.append((name, id)) }
    }
    return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// What a reference holds itself.
  func value(of name: String) throws(GitFailure) -> ReferenceValue {
    guard let found = try lookUp(name) else { return .absent }
    defer { git_reference_free(found) }
    return Self.value(of: found)
  }

  /// Moves a reference from the value that it must have to another, with an entry in its log.
  /// - Throws: a failure of kind `modified` or `exists` when it holds something else by now.
  func apply(
    _ change: ReferenceChange, _ reason: String, by person: Signature
  ) throws(GitFailure) {
    let name = change.name
    try GitFailure.check(
      git_repository_set_ident(repository.raw, person.name, person.email), "set the identity",
      person.name)
    let action = "update the reference"
    var updated: OpaquePointer?
    defer { git_reference_free(updated) }
    let code: Int32
    switch (change.before, change.after) {
    case (.absent, .object(let new)):
      var id = new.raw
      code = git_reference_create(&updated, repository.raw, name, &id, 0, reason)
    case (.object(let old), .object(let new)):
      var id = new.raw
      var expected = old.raw
      code = git_reference_create_matching(
        &updated, repository.raw, name, &id, 1, &expected, reason)
    case (.absent, .symbolic(let new)):
      code = git_reference_symbolic_create(&updated, repository.raw, name, new, 0, reason)
    case (.symbolic(let old), .symbolic(let new)):
      code = git_reference_symbolic_create_matching(
        &updated, repository.raw, name, new, 1, old, reason)
    case (.symbolic, .object(let new)):
      // libgit2 compares only with a value of the same kind: what guards here is the writers' lock.
      guard try value(of: name) == change.before else { throw modified(action, name) }
      var id = new.raw
      code = git_reference_create(&updated, repository.raw, name, &id, 1, reason)
    case (.object, .symbolic(let new)):
      guard try value(of: name) == change.before else { throw modified(action, name) }
      code = git_reference_symbolic_create(&updated, repository.raw, name, new, 1, reason)
    case (_, .absent):
      guard let present = try lookUp(name) else { throw modified(action, name) }
      defer { git_reference_free(present) }
      guard Self.value(of: present) == change.before else { throw modified(action, name) }
      // Deleting compares with the value that `present` was read with.
      code = git_reference_delete(present)
    }
    try GitFailure.check(code, action, name)
  }

  /// Whether Git allows a branch of this name (without `refs/heads/`).
  static func isValidBranchName(_ name: String) -> Bool {
    var valid: Int32 = 0
    return !name.utf8.contains(0) && git_branch_name_is_valid(&valid, name) == 0 && valid == 1
  }

  /// Whether Git allows a tag of this name (without `refs/tags/`).
  static func isValidTagName(_ name: String) -> Bool {
    var valid: Int32 = 0
    return !name.utf8.contains(0) && git_tag_name_is_valid(&valid, name) == 0 && valid == 1
  }

  /// Whether Git allows a reference of this full name.
  static func isValidName(_ name: String) -> Bool {
    var valid: Int32 = 0
    return !name.utf8.contains(0) && git_reference_name_is_valid(&valid, name) == 0 && valid == 1
  }

  private func lookUp(_ name: String) throws(GitFailure) -> OpaquePointer? {
    var found: OpaquePointer?
    let code = git_reference_lookup(&found, repository.raw, name)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try GitFailure.check(code, "read the reference", name)
    return found
  }

  private static func value(of reference: OpaquePointer) -> ReferenceValue {
    if let name = git_reference_symbolic_target(reference) {
      return .symbolic(String(cString: name))
    }
    return git_reference_target(reference).map { .object(ObjectID($0.pointee)) } ?? .absent
  }

  private func modified(_ action: String, _ name: String) -> GitFailure {
    GitFailure(
      kind: .modified, action: action, subject: name, message: "it names something else by now")
  }
}
