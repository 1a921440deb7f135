internal import CGit2
internal import Diagnostics
internal import Files

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
    /// Its own file is damaged.
    case damaged
  }

  /// libgit2 follows no longer chain.
  private static let chainLimit = 10

  let repository: GitRepositoryHandle

  init(of repository: GitRepositoryHandle) { self.repository = repository }

  /// Where `HEAD` points. A branch whose file is damaged counts as one without a commit: see ``damage(of:)``.
  func head() throws(GitFailure) -> Head {
    guard let head = try lookUp("HEAD") else {
      if damage(of: "HEAD") != nil { return .damaged }
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
    return try isThere(git_reference_name_to_id(&id, repository.raw, name), name)
      ? ObjectID(id) : nil
  }

  /// What is wrong with a reference whose file is there and cannot be read, such as the empty one that a power cut leaves;
  /// `nil` when nothing is.
  ///
  /// Such a reference counts as absent and can be set anew, so that there is a way out. But not emend's own: to begin notes or the
  /// log of operations anew would lose the old ones.
  func damage(of name: String) -> GitFailure? {
    var found: OpaquePointer?
    defer { git_reference_free(found) }
    let code = git_reference_lookup(&found, repository.raw, name)
    guard code < 0 else { return nil }
    let failure = GitFailure(code, "read the reference", name)
    return failure.isDamagedReference && Self.canBeSetAnew(name) ? failure : nil
  }

  private static func canBeSetAnew(_ name: String) -> Bool {
    !name.hasPrefix("refs/emend/") && !name.hasPrefix("refs/notes/")
  }

  /// The references under a prefix that are damaged, by name. ``list(_:)`` leaves them out.
  func damaged(_ prefix: String) throws -> [String] {
    let directory = repository.directory + prefix
    guard try fileKind(at: directory) == .directory else { return [] }
    return try listDirectory(directory, .passOver).sorted().flatMap { entry in
      let name = prefix + entry
      if try fileKind(at: directory + entry) == .directory { return try damaged(name + "/") }
      return damage(of: name) == nil ? [] : [name]
    }
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
    if change.after != .absent, isBesideDamage(name) {
      guard try value(of: name) == change.before else { throw modified(action, name) }
      return try setAnew(name, change.after, reason, by: person)
    }
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

  /// Whether libgit2, which reads the old value for the log before it writes, cannot: it is damaged, or what it points to is.
  private func isBesideDamage(_ name: String) -> Bool {
    if case .symbolic(let target)? = try? value(of: name) { return damage(of: target) != nil }
    return damage(of: name) != nil
  }

  /// Writes a reference whatever is in its file, with entries in its log and, where `HEAD` is on it, in that one's.
  private func setAnew(
    _ name: String, _ value: ReferenceValue, _ reason: String, by person: Signature
  ) throws(GitFailure) {
    do throws(FileFailure) {
      try AtomicFile.write(Array((value.text + "\n").utf8), to: repository.directory + name)
    } catch {
      throw GitFailure(
        kind: .other, action: "update the reference", subject: name,
        message: error.explanation.summary)
    }
    guard let id = try target(of: name) else { return }
    let isOfHead = try self.value(of: "HEAD") == .symbolic(name)
    for log in isOfHead ? [name, "HEAD"] : [name] {
      try append(id, reason, by: person, toLogOf: log)
    }
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
    return try isThere(git_reference_lookup(&found, repository.raw, name), name) ? found : nil
  }

  private func isThere(_ code: Int32, _ name: String) throws(GitFailure) -> Bool {
    if code == GIT_ENOTFOUND.rawValue { return false }
    do { try GitFailure.check(code, "read the reference", name) } catch {
      guard error.isDamagedReference, Self.canBeSetAnew(name) else { throw error }
      return false
    }
    return true
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
