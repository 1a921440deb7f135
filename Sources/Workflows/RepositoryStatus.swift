package import Checkpoint
package import Store

/// Where a repository stands: `emend status`.
package struct RepositoryStatus: Sendable {
  /// How much is known of the base without reading it.
  package enum BaseState: Sendable, Equatable {
    /// Its files look as they did when they were last read.
    case present(path: String)
    /// Files differ from then; every byte is read before it is used.
    case changed(path: String, files: [String])
    /// It cannot be opened.
    case missing(path: String)
    /// Nobody said where it is.
    case unknown
  }

  /// The branch of a remote that the branch follows, as it was when last fetched.
  package struct Upstream: Sendable, Equatable {
    /// Remote and branch: `origin/main`.
    package let name: String
    /// Commits that only the branch has.
    package let ahead: Int
    /// Commits that only the upstream has.
    package let behind: Int
  }

  /// The branch, unless `HEAD` is on a commit itself.
  package let branch: String?
  /// The commit.
  package let commit: ObjectID
  /// Its first line.
  package let summary: String
  /// What the branch follows; `nil` for nothing, what was never fetched, or a shallow clone, which cannot count.
  package let upstream: Upstream?
  /// Whether a search for a commit is going on.
  package let isBisecting: Bool
  /// Active edits.
  package let edits: Int
  /// Their facts.
  package let facts: Int
  /// Bytes of their payloads.
  package let payloadBytes: Int
  /// Tensors that they change.
  package let tensors: Int
  /// The base's fingerprint.
  package let fingerprint: Digest
  /// What the base is.
  package let architecture: String
  /// Where it is.
  package let base: BaseState

  /// Looks at a repository; no weight is read.
  ///
  /// - Throws: what the store throws.
  package init(of repository: EditRepository) throws {
    let head = try repository.head()
    let stack = try repository.stack(at: head.commit)
    let manifest = try stack.base()
    let edits = try stack.edits.map { try stack.edit($0).manifest }
    let branch = head.branch
    self.branch = branch
    commit = head.commit
    summary = try repository.commit(head.commit).summary
    upstream = try branch.flatMap { try Self.upstream(of: $0, at: head.commit, in: repository) }
    isBisecting = try repository.bisection() != nil
    self.edits = edits.count
    facts = edits.reduce(0) { $0 + $1.facts.count }
    payloadBytes = edits.reduce(0) { $0 + $1.payloadByteCount }
    tensors = Set(edits.flatMap { $0.deltas.map(\.tensor) }).count
    fingerprint = manifest.fingerprint
    architecture = manifest.architecture
    base = try Self.state(of: manifest, in: repository)
  }

  private static func upstream(
    of branch: String, at commit: ObjectID, in repository: EditRepository
  ) throws -> Upstream? {
    guard let (remote, other) = try repository.upstream(of: branch),
      let theirs = try? repository.commitID(RevisionExpression("refs/remotes/\(remote)/\(other)"))
    else { return nil }
    func count(from tip: ObjectID, without hidden: ObjectID) throws -> Int {
      var count = 0
      try repository.walk(from: [tip], hiding: [hidden]) { _ in
        count += 1
        return .goOn
      }
      return count
    }
    do {
      return Upstream(
        name: "\(remote)/\(other)", ahead: try count(from: commit, without: theirs),
        behind: try count(from: theirs, without: commit))
    } catch StoreError.shallow { return nil }
  }

  private static func state(
    of manifest: BaseManifest, in repository: EditRepository
  ) throws -> BaseState {
    guard let path = try repository.baseDirectory(of: manifest.fingerprint) else { return .unknown }
    guard let checkpoint = try? CheckpointDirectory(path: path) else { return .missing(path: path) }
    let companions = BaseManifest.CompanionFile.allCases.filter {
      do { try manifest.check($0, of: checkpoint, in: repository) } catch { return true }
      return false
    }
    let changed =
      companions.map(\.rawValue)
      + BaseBinding.changedFiles(of: checkpoint, manifest.fingerprint, repository.location)
    return changed.isEmpty ? .present(path: path) : .changed(path: path, files: changed)
  }
}
