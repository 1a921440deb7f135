/// A branch.
package struct Branch: Sendable, Equatable {
  /// Its name, without `refs/heads/`.
  package let name: String
  /// Its latest commit.
  package let commit: ObjectID
  /// Whether `HEAD` is on it.
  package let isCurrent: Bool
}

extension EditRepository {
  /// When a branch may be deleted.
  package enum BranchDeletion: Sendable {
    /// When `HEAD` has all of its commits.
    case whenMerged
    /// In any case. The operation log keeps its commits.
    case always
  }

  /// The branches, by name.
  package func branches() throws -> [Branch] {
    let current = try references.head()
    return try references.list("refs/heads/").map { reference in
      var isCurrent = false
      if case .branch(reference.name, _) = current { isCurrent = true }
      return Branch(
        name: Self.shortBranchName(reference.name), commit: reference.target,
        isCurrent: isCurrent)
    }
  }

  /// The branches of remotes as they were when last fetched: `origin/main`.
  package func remoteBranches() throws -> [Branch] {
    try references.list("refs/remotes/").filter { !$0.name.hasSuffix("/HEAD") }.map {
      Branch(
        name: String($0.name.dropFirst("refs/remotes/".count)), commit: $0.target, isCurrent: false)
    }
  }

  /// Makes a branch.
  /// - Throws: ``StoreError/badName``, ``StoreError/nameTaken``.
  package func createBranch(_ name: String, at commit: ObjectID) throws {
    let reference = try branchReference(name)
    try operate(.branch, "create \(name)", "branch: Created from \(commit)") {
      guard try references.value(of: reference) == .absent else {
        throw StoreError.nameTaken(kind: "branch", name: name)
      }
      return [.init(name: reference, before: .absent, after: .object(commit))]
    }
  }

  /// Deletes a branch.
  /// - Throws: ``StoreError/noSuchBranch``, ``StoreError/currentBranch``, ``StoreError/notMerged``.
  package func deleteBranch(_ name: String, _ rule: BranchDeletion = .whenMerged) throws {
    try operate(.branch, "delete \(name)", "branch: deleted") {
      let commit = try branchCommit(name)
      let head = try head()
      guard head.branch != name else { throw StoreError.currentBranch(name) }
      if rule == .whenMerged,
        try !MergeBase.isAncestor(commit, of: head.commit, in: handle)
      {
        throw StoreError.notMerged(branch: name, commit: commit)
      }
      return [.init(name: "refs/heads/" + name, before: .object(commit), after: .absent)]
    }
  }

  /// Gives a branch another name; `HEAD` goes with it.
  /// - Throws: ``StoreError/noSuchBranch``, ``StoreError/badName``, ``StoreError/nameTaken``.
  package func renameBranch(_ old: String, to new: String) throws {
    let reference = try branchReference(new)
    let reason = "Branch: renamed refs/heads/\(old) to \(reference)"
    try operate(.branch, "rename \(old) to \(new)", reason) {
      let commit = try branchCommit(old)
      guard try references.value(of: reference) == .absent else {
        throw StoreError.nameTaken(kind: "branch", name: new)
      }
      var changes: [ReferenceChange] = [
        .init(name: reference, before: .absent, after: .object(commit))
      ]
      if try head().branch == old {
        changes.append(
          .init(name: "HEAD", before: .symbolic("refs/heads/" + old), after: .symbolic(reference)))
      }
      return changes + [
        .init(name: "refs/heads/" + old, before: .object(commit), after: .absent)
      ]
    }
  }

  /// Puts `HEAD` on a branch: its commit is the state from now on.
  /// - Throws: ``StoreError/noSuchBranch``.
  package func switchTo(branch name: String) throws {
    _ = try branchCommit(name)
    try moveHead(to: .symbolic("refs/heads/" + name), name)
  }

  /// Puts `HEAD` on a commit that need not be on a branch.
  package func switchTo(commit: ObjectID) throws {
    _ = try stack(at: commit)
    try moveHead(to: .object(commit), commit.abbreviated)
  }

  /// Moves the branch that `HEAD` is on to a commit, wherever that is.
  package func reset(to commit: ObjectID) throws {
    _ = try stack(at: commit)
    try operate(.reset, commit.abbreviated, "reset: moving to \(commit)") {
      [try headStep(to: commit)].filter { $0.before != $0.after }
    }
  }

  private func moveHead(to new: ReferenceValue, _ name: String) throws {
    let head = try head()
    let place = head.branch ?? head.commit.abbreviated
    try operate(.switch, name, "checkout: moving from \(place) to \(name)") {
      let old = try references.value(of: "HEAD")
      return old == new ? [] : [.init(name: "HEAD", before: old, after: new)]
    }
  }

  private func branchReference(_ name: String) throws -> String {
    guard ReferenceStore.isValidBranchName(name) else {
      throw StoreError.badName(kind: "branch", name: name)
    }
    return "refs/heads/" + name
  }

  func branchCommit(_ name: String) throws -> ObjectID {
    guard !name.utf8.contains(0), ReferenceStore.isValidBranchName(name),
      let commit = try references.target(of: "refs/heads/" + name)
    else {
      throw StoreError.noSuchBranch(
        name, similar: nearMisses(of: name, among: try branches().map(\.name)))
    }
    return commit
  }
}
