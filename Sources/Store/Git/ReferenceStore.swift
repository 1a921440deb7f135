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
    if let name = git_reference_symbolic_target(head).map({ String(cString: $0) }) {
      return .branch(name, try target(of: name))
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

  /// Moves a reference from one object to another, with an entry in its log.
  ///
  /// - Parameter old: what it must name now; `nil` when it must not exist.
  /// - Parameter new: what it names afterwards; `nil` takes it away.
  /// - Throws: a failure of kind `modified` or `exists` when it names something else by now.
  func move(
    _ name: String, from old: ObjectID?, to new: ObjectID?, _ reason: String, by person: Signature
  ) throws(GitFailure) {
    try setIdentity(person)
    let action = "update the reference"
    var updated: OpaquePointer?
    switch (old, new) {
    case (nil, nil): return
    case (nil, let new?):
      var id = new.raw
      try GitFailure.check(
        git_reference_create(&updated, repository.raw, name, &id, 0, reason), action, name)
    case (let old?, let new?):
      var id = new.raw
      var expected = old.raw
      try GitFailure.check(
        git_reference_create_matching(
          &updated, repository.raw, name, &id, 1, &expected, reason), action, name)
    case (let old?, nil):
      guard let present = try lookUp(name) else { throw modified(action, name) }
      defer { git_reference_free(present) }
      guard let id = git_reference_target(present), ObjectID(id.pointee) == old else {
        throw modified(action, name)
      }
      try GitFailure.check(git_reference_delete(present), "delete the reference", name)
    }
    git_reference_free(updated)
  }

  /// Makes `HEAD` name another branch, or a commit itself.
  func moveHead(
    from old: Head, to new: Head, _ reason: String, by person: Signature
  ) throws(GitFailure) {
    try setIdentity(person)
    guard try head() == old else { throw modified("move HEAD", "HEAD") }
    var updated: OpaquePointer?
    switch new {
    case .branch(let name, _):
      try GitFailure.check(
        git_reference_symbolic_create(&updated, repository.raw, "HEAD", name, 1, reason),
        "move HEAD to", name)
    case .detached(let commit):
      var id = commit.raw
      try GitFailure.check(
        git_reference_create(&updated, repository.raw, "HEAD", &id, 1, reason),
        "move HEAD to", commit.hexadecimal)
    }
    git_reference_free(updated)
  }

  /// Whether Git allows a branch of this name (without `refs/heads/`).
  static func isValidBranchName(_ name: String) -> Bool {
    var valid: Int32 = 0
    return git_branch_name_is_valid(&valid, name) == 0 && valid == 1
  }

  /// Whether Git allows a tag of this name (without `refs/tags/`).
  static func isValidTagName(_ name: String) -> Bool {
    var valid: Int32 = 0
    return git_tag_name_is_valid(&valid, name) == 0 && valid == 1
  }

  private func lookUp(_ name: String) throws(GitFailure) -> OpaquePointer? {
    var found: OpaquePointer?
    let code = git_reference_lookup(&found, repository.raw, name)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try GitFailure.check(code, "read the reference", name)
    return found
  }

  private func setIdentity(_ person: Signature) throws(GitFailure) {
    try GitFailure.check(
      git_repository_set_ident(repository.raw, person.name, person.email), "set the identity",
      person.name)
  }

  private func modified(_ action: String, _ name: String) -> GitFailure {
    GitFailure(
      kind: .modified, action: action, subject: name, message: "it names something else by now")
  }
}
