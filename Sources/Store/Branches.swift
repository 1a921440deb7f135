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
    var current: String?
    if case .branch(let name, _) = try references.head() { current = name }
    return try references.list("refs/heads/").map { reference in
      Branch(
        name: Self.shortBranchName(reference.name), commit: reference.target,
        isCurrent: reference.name.isSameName(as: current))
    }
  }

  /// The branches of remotes as they were when last fetched: `origin/main`.
  package func remoteBranches() throws -> [Branch] {
    try references.list("refs/remotes/").filter { !$0.name.hasSuffix("/HEAD") }.map {
      Branch(
        name: String($0.name.dropFirst("refs/remotes/".count)), commit: $0.target, isCurrent: false)
    }
  }

  /// What becomes of a name that is taken.
  package enum NameTaken: Sendable {
    /// It stays, and the command is refused.
    case refuse
    /// It names the new commit from now on; `undo` takes that back.
    case replace
  }

  /// Makes a branch.
  ///
  /// - Parameter upstream: the branch of a remote that it follows.
  /// - Throws: ``StoreError/badName``, ``StoreError/nameTaken``, ``StoreError/currentBranch`` where the branch that `HEAD` is on
  ///   would be replaced.
  package func createBranch(
    _ name: String, at commit: ObjectID, following upstream: Upstream? = nil,
    ifTaken: NameTaken = .refuse
  ) throws {
    let reference = try branchReference(name)
    func settle() throws { try follow(upstream, from: name) }
    try operate(
      .branch, "create \(name)", "branch: Created from \(commit)", settling: settle
    ) {
      let before = try replaceable(name, reference, ifTaken)
      return before == .object(commit)
        ? [] : [.init(name: reference, before: before, after: .object(commit))]
    }
  }

  /// What a branch to be made holds now.
  private func replaceable(
    _ name: String, _ reference: String, _ ifTaken: NameTaken
  ) throws -> ReferenceValue {
    try checkNoNamesake("tag", "refs/tags/", name, ifTaken)
    let before = try references.value(of: reference)
    guard before != .absent else { return before }
    guard ifTaken == .replace else { throw StoreError.nameTaken(kind: "branch", name: name) }
    guard try !name.isSameName(as: presentHead()?.branch) else {
      throw StoreError.currentBranch(name)
    }
    return before
  }

  /// Deletes branches: all of them or, where one cannot be, none.
  /// - Throws: ``StoreError/noSuchBranch``, ``StoreError/currentBranch``, ``StoreError/notMerged``.
  package func deleteBranches(_ names: [String], _ rule: BranchDeletion = .whenMerged) throws {
    func forgetSettings() throws {
      let configuration = try configuration()
      for name in names { try configuration.removeLocal(section: "branch.\(name).") }
    }
    let summary = "delete \(names.joined(separator: " "))"
    try operate(.branch, summary, "branch: deleted", settling: forgetSettings) {
      let current = try presentHead()?.branch
      return try Self.distinct(names).map { name in
        let commit = try branchCommit(name)
        guard try !name.isSameName(as: current) && !isNamedByHead(name) else {
          throw StoreError.currentBranch(name)
        }
        if rule == .whenMerged, try !MergeBase.isAncestor(commit, of: head().commit, in: handle) {
          throw StoreError.notMerged(branch: name, commit: commit)
        }
        let reference = "refs/heads/" + name
        return .init(name: reference, before: try references.value(of: reference), after: .absent)
      }
    }
  }

  /// Whether `HEAD` points to a branch, be it to the commit of another one through it.
  private func isNamedByHead(_ branch: String) throws -> Bool {
    try references.value(of: "HEAD") == .symbolic("refs/heads/" + branch)
  }

  static func distinct(_ names: [String]) -> [String] {
    var seen: Set<[UInt8]> = []
    return names.filter { seen.insert(Array($0.utf8)).inserted }
  }

  /// Gives a branch another name; `HEAD` goes with it, and what it follows stays.
  ///
  /// - Parameter old: the branch; `nil` for the one that `HEAD` is on.
  /// - Throws: ``StoreError/noSuchBranch``, ``StoreError/notOnBranch``, ``StoreError/badName``, ``StoreError/nameTaken``.
  package func renameBranch(
    _ old: String?, to new: String, ifTaken: NameTaken = .refuse
  ) throws {
    let reference = try branchReference(new)
    let old = try old ?? currentBranch()
    guard !new.isSameName(as: old) else {
      _ = try branchCommit(old)
      return
    }
    let reason = "Branch: renamed refs/heads/\(old) to \(reference)"
    var log: [UInt8]?
    func settle() throws {
      try references.put(log, beforeLastEntryOf: reference)
      try moveBranchSettings(from: old, to: new)
    }
    try operate(.branch, "rename \(old) to \(new)", reason, settling: settle) {
      _ = try branchCommit(old)
      log = try references.logFile(of: "refs/heads/" + old)
      let value = try references.value(of: "refs/heads/" + old)
      var changes: [ReferenceChange] = [
        .init(name: reference, before: try replaceable(new, reference, ifTaken), after: value)
      ].filter { $0.before != $0.after }
      if try isNamedByHead(old) {
        changes.append(
          .init(name: "HEAD", before: .symbolic("refs/heads/" + old), after: .symbolic(reference)))
      }
      let removal = ReferenceChange(
        name: "refs/heads/" + old, before: value, after: .absent)
      // `a` and `a/b` cannot be there together, not even for a moment. The log of operations has the commit by then.
      let isInTheWay = new.hasPrefix(old + "/") || old.hasPrefix(new + "/")
      return isInTheWay ? [removal] + changes : changes + [removal]
    }
  }

  /// What a branch follows goes with its name.
  func moveBranchSettings(from old: String, to new: String) throws {
    try configuration().moveLocal(section: "branch.\(old).", to: "branch.\(new).")
  }

  /// Makes a branch where another is, which follows what that follows and has its log.
  ///
  /// - Parameter old: the branch; `nil` for the one that `HEAD` is on.
  /// - Throws: as ``renameBranch(_:to:ifTaken:)``.
  package func copyBranch(_ old: String?, to new: String, ifTaken: NameTaken = .refuse) throws {
    let reference = try branchReference(new)
    let old = try old ?? currentBranch()
    let source = "refs/heads/" + old
    var isMade = false
    func settle() throws {
      guard isMade else { return }
      try references.put(references.logFile(of: source), beforeLastEntryOf: reference)
      try configuration().copyLocal(section: "branch.\(old).", to: "branch.\(new).")
    }
    let reason = "Branch: copied \(source) to \(reference)"
    try operate(.branch, "copy \(old) to \(new)", reason, settling: settle) {
      let commit = ReferenceValue.object(try branchCommit(old))
      let before = try replaceable(new, reference, ifTaken)
      isMade = before != commit
      return isMade ? [.init(name: reference, before: before, after: commit)] : []
    }
  }

  /// The branch that `HEAD` is on.
  /// - Throws: ``StoreError/notOnBranch``.
  package func currentBranch() throws -> String {
    let head = try head()
    guard let branch = head.branch else { throw StoreError.notOnBranch(head.commit) }
    return branch
  }

  /// Where `HEAD` was before the last switch: a branch, or a commit's digits; what Git calls `-` and `@{-1}`.
  /// - Throws: ``StoreError/noPreviousBranch``.
  private func previousPlace() throws -> String {
    let words = "checkout: moving from "
    let entry = try references.log(of: "HEAD").first { $0.message.hasPrefix(words) }
    guard let place = entry?.message.dropFirst(words.count).split(separator: " ").first else {
      throw StoreError.noPreviousBranch
    }
    return String(place)
  }

  /// Goes back to where `HEAD` was before the last switch.
  /// - Throws: ``StoreError/noPreviousBranch``, ``StoreError/noSuchBranch`` where that branch is gone.
  package func switchBack() throws {
    let place = try previousPlace()
    if try references.target(of: "refs/heads/" + place) == nil,
      let commit = try? commitID(RevisionExpression(place))
    {
      return try switchTo(commit: commit)
    }
    try switchTo(branch: place)
  }

  /// Puts `HEAD` on a branch: its commit is the state from now on.
  /// - Throws: ``StoreError/noSuchBranch``.
  package func switchTo(branch name: String) throws {
    _ = try stack(at: branchCommit(name))
    try moveHead(to: .symbolic("refs/heads/" + name), name)
  }

  /// Makes a branch and puts `HEAD` on it: one operation.
  ///
  /// - Parameter upstream: the branch of a remote that it follows.
  /// - Throws: ``StoreError/badName``, ``StoreError/nameTaken``.
  package func switchTo(
    newBranch name: String, at commit: ObjectID, following upstream: Upstream? = nil
  ) throws {
    _ = try stack(at: commit)
    _ = try replaceable(name, branchReference(name), .refuse)
    try moveHead(to: .symbolic("refs/heads/" + name), name, making: commit) {
      try follow(upstream, from: name)
    }
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

  /// - Parameter commit: where the branch that `HEAD` goes to is made first.
  /// - Parameter settle: sets what goes with it.
  func moveHead(
    to new: ReferenceValue, _ name: String, making commit: ObjectID? = nil,
    settling settle: () throws -> Void = {}
  ) throws {
    let place =
      switch try references.head() {
      case .branch(let name, _): Self.shortBranchName(name)
      case .detached(let commit): "\(commit)"
      case .damaged: "HEAD"
      }
    // All digits, as Git writes and reads them: `@{-1}` is found by them.
    let target = if case .object(let commit) = new { "\(commit)" } else { name }
    let reason = "checkout: moving from \(place) to \(target)"
    try operate(.switch, name, reason, settling: settle) {
      let old = try references.value(of: "HEAD")
      let made = commit.map {
        ReferenceChange(name: "refs/heads/" + name, before: .absent, after: .object($0))
      }
      return [made].compactMap { $0 }
        + (old == new ? [] : [.init(name: "HEAD", before: old, after: new)])
    }
  }

  private func branchReference(_ name: String) throws -> String {
    guard ReferenceStore.isValidBranchName(name) else {
      throw StoreError.badName(kind: "branch", name: name)
    }
    return "refs/heads/" + name
  }

  func branchCommit(_ name: String) throws -> ObjectID {
    if ReferenceStore.isValidBranchName(name) {
      let reference = "refs/heads/" + name
      if let commit = try references.target(of: reference) { return commit }
      if references.damage(of: reference) != nil { throw damagedReference(reference) }
    }
    throw StoreError.noSuchBranch(
      name, similar: nearMisses(of: name, among: try branches().map(\.name)))
  }
}
