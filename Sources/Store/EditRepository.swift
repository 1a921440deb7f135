import Files
import Checkpoint

/// Edits of a model as commits of a bare Git repository. There is no working tree: `HEAD`'s commit is the state.
///
/// Not `Sendable`: a repository is used by one thread at a time, and a second thread opens a second one.
/// Writers, in this process or another, take turns by a lock and a compare-and-swap of the reference.
package final class EditRepository {
  /// What is looked at when a repository is opened.
  package enum OpeningCheck {
    /// Whose it is, and that `HEAD`'s format is ours.
    case format
    /// Whose it is alone: for a program that looks for damage.
    case nothing
    /// Nothing: this process has just made it.
    case own
  }

  /// Where it is.
  package let location: RepositoryLocation
  /// How long a writer waits for another to finish.
  package var lockPatience: Duration = .seconds(10)
  /// How long a lock file must stay as it is before it counts as left by a writer that died. Plain Git, which may be changing a
  /// reference at the same moment, holds these for milliseconds.
  package var abandonmentPatience: Duration = .seconds(2)

  /// Whether the commits made here are signed.
  package var signing = SigningRequest.configured

  let environment: GitEnvironment
  let handle: GitRepositoryHandle
  let database: ObjectDatabase
  let references: ReferenceStore
  private let quarantine: Quarantine?

  /// Opens a repository.
  ///
  /// - Throws: ``StoreError``; ``GitFailure`` of kind `ownerDiffers` for a repository of somebody else, see ``RepositoryOwner``.
  package init(
    opening location: RepositoryLocation, _ environment: GitEnvironment,
    checking check: OpeningCheck = .format
  ) throws {
    self.location = location
    self.environment = environment
    do {
      handle = try GitRepositoryHandle(opening: location.gitDirectory)
    } catch  where error.kind == .notFound {
      throw StoreError.notARepository(path: location.gitDirectory)
    }
    if check != .own { try RepositoryOwner(of: handle).check(environment) }
    quarantine = Quarantine(of: handle, environment)
    database = try ObjectDatabase(of: handle, besides: quarantine)
    references = ReferenceStore(of: handle)
    if check != .own, let setting = try? configuration().value("core.sharedrepository") {
      SharedPermissions.take(setting)
    }
    if check == .format { try checkFormat() }
  }

  private func checkFormat() throws {
    let head = try presentHead()?.commit
    if let head, try showsFormat(head) { return }
    // HEAD may be on a branch that nobody has made, on a commit of something else, or be damaged: any other branch shows then
    // what this is.
    let others = try branches().map(\.commit)
    if try others.contains(where: showsFormat) { return }
    guard let commit = head ?? others.first else {
      // What is being pushed may be the first.
      if quarantine != nil { return }
      // Throws, but for damage. What is damaged is for those to tell who need it: others may lead out.
      do { _ = try self.head() } catch StoreError.damagedReference {}
      return
    }
    if let tree = try? database.tree(database.commit(commit).tree), tree[EditPath.format] == nil {
      throw StoreError.notEmend(path: location.gitDirectory, commit: commit)
    }
  }

  /// Whether a commit has our format; no, too, where that cannot be read.
  /// - Throws: ``FormatError`` for a newer one.
  private func showsFormat(_ commit: ObjectID) throws -> Bool {
    do {
      guard let entry = try database.tree(database.commit(commit).tree)[EditPath.format] else {
        return false
      }
      try RepositoryFormat.check(
        database.read(entry.id, as: .blob, limit: RepositoryFormat.byteLimit))
      return true
    } catch is ObjectError {
      return false
    }
  }

  /// Where `HEAD` is.
  /// - Throws: ``StoreError/unbornHead(branch:branches:)``, ``StoreError/noCommits(path:)``,
  ///   ``StoreError/damagedReference(_:last:)``.
  package func head() throws -> HeadPosition {
    switch try references.head() {
    case .branch(let name, let commit?):
      return HeadPosition(branch: Self.shortBranchName(name), commit: commit)
    case .damaged: throw damagedReference("HEAD")
    case .branch(let name, nil):
      if references.damage(of: name) != nil { throw damagedReference(name) }
      let branches = try branches().map(\.name)
      guard !branches.isEmpty else { throw StoreError.noCommits(path: location.gitDirectory) }
      throw StoreError.unbornHead(branch: Self.shortBranchName(name), branches: branches)
    case .detached(let commit): return HeadPosition(branch: nil, commit: commit)
    }
  }

  /// Where `HEAD` is; `nil` while it is on a branch that has no commit, or cannot be read.
  func presentHead() throws -> HeadPosition? {
    switch try references.head() {
    case .branch(_, nil), .damaged: nil
    case .branch, .detached: try head()
    }
  }

  /// What to say of a damaged reference.
  func damagedReference(_ name: String) -> StoreError {
    .damagedReference(name, last: (try? references.log(of: name))?.first?.new)
  }

  static func shortBranchName(_ name: String) -> String {
    name.suffix(after: "refs/heads/") ?? name
  }

  /// What an expression means: one commit or a range.
  package func resolve(_ expression: RevisionExpression) throws -> RevisionExpression.Meaning {
    do {
      return try lookUp { try $0.resolve(expression) }
    } catch let error as RevisionError {
      // Commands list the ids of edits beside those of commits.
      guard case .unknown(let text, _) = error, (4...64).contains(text.utf8.count),
        text.allSatisfy(\.isHexDigit),
        let (_, commit) = try? edit(everBeginningWith: text)
      else { throw error }
      throw RevisionError.edit(text, commit: commit)
    }
  }

  /// Finds what words mean. Where `HEAD` has no commit, that is why nothing is found from there.
  func lookUp<Result>(_ find: (RevisionResolver) throws -> Result) throws -> Result {
    do {
      return try find(
        RevisionResolver(handle, database, references, environment.zone))
    } catch let error as RevisionError {
      if case .unknown(let text, _) = error, text.hasPrefix("HEAD") || text.hasPrefix("@") {
        _ = try head()
      }
      throw error
    } catch let error as GitFailure where error.isDamagedReference {
      _ = try head()
      throw error
    }
  }

  /// The one commit that an expression means.
  package func commitID(_ expression: RevisionExpression) throws -> ObjectID {
    guard case .commit(let id) = try resolve(expression) else {
      throw RevisionError.severalCommits(expression.text)
    }
    return id
  }

  /// The two commits that words name to be compared, as `git diff` reads them: `A B`, `A..B`; `A` for that and `HEAD`; `A...B`
  /// for the common ancestor and `B`.
  ///
  /// - Throws: ``RevisionError/severalCommits(_:)`` for a range and a revision.
  package func compared(
    _ old: RevisionExpression, _ new: RevisionExpression?
  ) throws -> (from: ObjectID, to: ObjectID) {
    if let new { return (try commitID(old), try commitID(new)) }
    switch try resolve(old) {
    case .commit(let from): return (from, try commitID(RevisionExpression("HEAD")))
    case .range(let from, let to): return (from, to)
    case .symmetric(let one, let to):
      guard let from = try mergeBases(one, to).first else {
        throw RevisionError.severalCommits(old.text)
      }
      return (from, to)
    }
  }

  /// A commit's content.
  ///
  /// - Throws: ``StoreError/shallow(path:)`` for one that lies beyond the end of a shallow clone.
  package func commit(_ id: ObjectID) throws -> CommitObject {
    do {
      return try database.commit(id)
    } catch .missing(let id) {
      try handle.requireWholeHistory()
      throw ObjectError.missing(id)
    }
  }

  /// The edits active at a commit.
  package func stack(at commit: ObjectID) throws -> EditStack {
    try stack(ofTree: database.commit(commit).tree)
  }

  /// The edits that a tree names.
  package func stack(ofTree tree: ObjectID) throws -> EditStack {
    try EditStack(tree: tree, in: database)
  }

  /// Git's settings, as `git config` would find them.
  func configuration() throws -> GitConfiguration { try GitConfiguration(for: handle, environment) }

  /// Who records something now.
  /// - Throws: ``IdentityError``.
  package func identity() throws -> Identity {
    let configuration = try configuration()
    try configuration.refuseUnreadIdentity(environment)
    return try Identity(environment, configuration)
  }

  /// Refuses a repository with a working tree, which would fall behind, one that takes in a push, and one that this user cannot
  /// write to: worth asking before hours are spent on what is to be written.
  ///
  /// - Throws: ``StoreError/hasWorkingTree(path:)``, ``StoreError/inQuarantine(path:)``, ``FileFailure``.
  package func checkWritable() throws {
    guard handle.isBare else { throw StoreError.hasWorkingTree(path: location.gitDirectory) }
    if let quarantine { throw StoreError.inQuarantine(path: quarantine.directory) }
    try requireWritable(handle.objectsDirectory)
  }

  /// Runs `body` as the only writer.
  func asWriter<Result>(_ body: () throws -> Result) throws -> Result {
    try checkWritable()
    try makeDirectories(location.privateDirectory)
    let lock: FileLock
    do {
      lock = try FileLock(path: location.lockFile, wait: lockPatience)
    } catch .locked(let path, let holder) {
      throw StoreError.locked(path: path, holder: holder)
    }
    defer { withExtendedLifetime(lock) {} }
    let recovery = WriterRecovery(location: location, patience: abandonmentPatience)
    try recovery.begin()
    defer { recovery.end() }
    return try body()
  }
}
