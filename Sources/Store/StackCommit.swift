import Checkpoint

/// A commit in the making: edits that come, edits that go.
///
/// Payloads go to the repository while they are added; what they belong to becomes visible with ``record`` and not before.
/// Recording again after a refusal is allowed.
package final class StackCommit {
  private enum Addition {
    case new(EditManifest, files: [(path: [String], item: TreeWriter.Item?)])
    case existing(StoredEdit)

    var manifest: EditManifest {
      switch self {
      case .new(let manifest, _): manifest
      case .existing(let edit): edit.manifest
      }
    }
  }

  private let repository: EditRepository
  private let pack: PackWriter
  private var additions: [EditID: Addition] = [:]
  private var removals: Set<EditID> = []
  private var declined: Set<EditID> = []
  private var others: [(name: String, item: TreeWriter.Item?)] = []
  private var base: BaseManifest?
  private var presentBase: Digest?

  /// Starts a commit in a repository.
  package init(in repository: EditRepository) {
    self.repository = repository
    pack = PackWriter(into: repository.database)
  }

  /// Something to write a new edit's payloads into, one at a time.
  package func newEdit() -> EditWriter { EditWriter(writing: pack) }

  /// Adds a new edit.
  /// - Returns: its id, which is known as soon as its content is.
  package func add(
    _ edit: EditWriter, _ description: EditDescription, facts: FactLines
  ) throws -> EditID {
    let sealed = try edit.seal(description, facts: facts, base: baseFingerprint())
    additions[sealed.id] = .new(sealed.manifest, files: sealed.files)
    return sealed.id
  }

  /// The base that new edits are for. That it is still the parent's is looked at when the commit is recorded.
  private func baseFingerprint() throws -> Digest {
    if let base { return base.fingerprint }
    if let presentBase { return presentBase }
    let found = try repository.stack(at: repository.head().commit).base().fingerprint
    presentBase = found
    return found
  }

  /// Adds an edit that the repository has, from another commit.
  package func add(_ edit: StoredEdit) { additions[edit.id] = .existing(edit) }

  /// Takes an edit out: an active one, or one that was added to this commit before.
  package func drop(_ id: EditID) {
    switch additions.removeValue(forKey: id) {
    case nil: removals.insert(id)
    case .existing: declined.insert(id)
    case .new: break
    }
  }

  /// Whether an edit that the parent or an addition brings will be there.
  func keeps(_ id: EditID) -> Bool { !removals.contains(id) && !declined.contains(id) }

  /// Puts something beside the format's own entries, or takes it away.
  func set(_ item: TreeWriter.Item?, named name: String) { others.append((name, item)) }

  /// Sets the base. Edits of another base must go in the same commit.
  package func setBase(_ base: BaseManifest) { self.base = base }

  /// What a recorded commit is made on.
  package enum Parent: Sendable {
    /// `HEAD`; refused when that is not the commit given, where one is.
    case head(expecting: ObjectID?)
    /// `HEAD`; refused when another commit or another branch is there by now.
    case position(HeadPosition)
    /// `HEAD`'s branch, which has no commit yet.
    case unbornBranch
  }

  /// Makes the commit and moves the branch to it.
  ///
  /// - Parameter message: a summary, and more after a blank line. Our trailers in it are another commit's and left out; this one's
  ///   are added.
  /// - Parameter merged: commits whose history is joined.
  /// - Parameter trailers: what stands in the trailers besides the edits.
  /// - Parameter author: who made the change, where that is not whoever records it.
  /// - Throws: ``SigningError`` where the commit is to be signed and cannot be; ``StoreError/emptyMessage``; ``StoreError/headMoved``, ``StoreError/headSwitched``, ``StoreError/raced``, ``StoreError/locked`` when somebody else was
  ///   faster; ``StoreError/nothingToRecord``; ``StoreError/editActive`` and ``StoreError/editNotActive``; ``IdentityError``.
  package func record(
    _ message: String, as kind: OperationRecord.Kind, onto parent: Parent,
    merging merged: [ObjectID] = [], trailers: [(CommitTrailers.Key, String)] = [],
    author: Signature? = nil
  ) throws -> RecordedCommit {
    try repository.asWriter {
      let identity = try repository.identity()
      let signer = try repository.signer()
      let head: ObjectID? =
        switch parent {
        case .head, .position: try repository.head().commit
        case .unbornBranch: nil
        }
      if case .position(let expected) = parent { try repository.checkHead(expected) }
      if case .head(let expected?) = parent, let head, head != expected {
        throw StoreError.headMoved(expected: expected, found: head)
      }
      let before = try head.map { try repository.stack(at: $0) }
      try check(against: before)
      let tree = try writeTree(onto: before)
      if let before, tree == before.tree, merged.isEmpty {
        throw StoreError.nothingToRecord(tree: tree)
      }
      let own = CommitTrailers.removingOurs(from: message)
      guard own.contains(where: { !$0.isWhitespace }) else { throw StoreError.emptyMessage }
      let text = CommitTrailers(editTrailers(isMerge: !merged.isEmpty) + trailers).appended(to: own)
      let commit = CommitObject(
        tree: tree, parents: (head.map { [$0] } ?? []) + merged, author: author ?? identity.author,
        committer: identity.committer, message: text)
      let bytes = try signer?.sign(commit.bytes, by: identity.committer) ?? commit.bytes
      let id = try pack.add(.commit, bytes)
      try move(to: id, commit.summary, kind, from: head, identity)
      // The commit is made. That packs could not be joined is for the next one to find out.
      _ = try? repository.joinPacks()
      return RecordedCommit(
        id: id, tree: tree, added: additions.keys.sorted(), dropped: removals.sorted(),
        writtenBytes: pack.writtenBytes)
    }
  }

  private func move(
    to id: ObjectID, _ summary: String, _ kind: OperationRecord.Kind, from head: ObjectID?,
    _ identity: Identity
  ) throws {
    let step = try repository.headStep(to: id)
    guard head != nil else {
      // The first commit is no operation: taking it back would leave no repository.
      try pack.finish()
      return try repository.references.apply(
        step, "commit (initial): \(summary)", by: identity.committer)
    }
    try repository.changeReferences(
      OperationRecord(kind: kind, summary: summary, changes: [step], undoes: nil),
      reason: "\(kind.verb): \(summary)", by: identity, with: pack)
  }

  private func check(against before: EditStack?) throws {
    for id in additions.keys.sorted() where before?.contains(id) == true && !removals.contains(id) {
      throw StoreError.editActive(id)
    }
    for id in removals.sorted() where before?.contains(id) != true {
      throw StoreError.editNotActive(id)
    }
    guard let base = try base ?? before?.base() else { return }
    for (id, addition) in additions.sorted(by: { $0.key < $1.key }) {
      try addition.manifest.check(id, against: base)
    }
    guard let before, self.base != nil, try before.base().fingerprint != base.fingerprint else {
      return
    }
    for id in before.edits where !removals.contains(id) && additions[id] == nil {
      try before.edit(id).manifest.check(id, against: base)
    }
  }

  private func writeTree(onto before: EditStack?) throws -> ObjectID {
    var changes: [(path: [String], item: TreeWriter.Item?)] = []
    if before == nil {
      let blob = try pack.add(.blob, RepositoryFormat.bytes)
      changes.append(([EditPath.format], .init(mode: .file, id: blob)))
    }
    if let base {
      let blob = try pack.add(.blob, base.json.bytes)
      changes.append(([EditPath.base], .init(mode: .file, id: blob)))
    }
    for id in removals { changes.append((EditPath.directory(of: id), nil)) }
    for (name, item) in others { changes.append(([name], item)) }
    let writer = TreeWriter(reading: repository.database, writing: pack)
    for (id, addition) in additions {
      let tree: ObjectID? =
        switch addition {
        case .new(_, let files): try writer.write(files, onto: nil)
        case .existing(let edit): edit.tree
        }
      changes.append((EditPath.directory(of: id), tree.map { .init(mode: .tree, id: $0) }))
    }
    guard let tree = try writer.write(changes, onto: before?.tree) else {
      throw StoreError.noCommits(path: repository.location.gitDirectory)
    }
    return tree
  }

  private func editTrailers(isMerge: Bool) -> [(CommitTrailers.Key, String)] {
    var trailers: [(CommitTrailers.Key, String)] = []
    if let base { trailers.append((.base, base.fingerprint.hexadecimal)) }
    // What a merge does not take over from the other side is taken out, too.
    let dropped = isMerge ? removals.union(declined) : removals
    guard additions.count + dropped.count <= CommitTrailers.listedEdits else { return trailers }
    var methods: [String] = []
    var facts = 0
    for (id, addition) in additions.sorted(by: { $0.key < $1.key }) {
      trailers.append((.edit, id.hexadecimal))
      facts += addition.manifest.facts.count
      let method = addition.manifest.description.method
      if !methods.contains(method) { methods.append(method) }
    }
    trailers += dropped.sorted().map { (.drops, $0.hexadecimal) }
    trailers += methods.map { (.method, $0) }
    if !additions.isEmpty { trailers.append((.facts, "\(facts)")) }
    return trailers
  }
}

/// A commit that was made.
package struct RecordedCommit: Sendable, Equatable {
  /// Its id.
  package let id: ObjectID
  /// The tree that it names.
  package let tree: ObjectID
  /// Edits that became active.
  package let added: [EditID]
  /// Edits that are no longer active.
  package let dropped: [EditID]
  /// Bytes of the packs that it added to the repository.
  package let writtenBytes: Int
}
