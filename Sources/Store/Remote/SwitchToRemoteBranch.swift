extension EditRepository {
  /// Goes to a branch. One that does not exist and that exactly one remote has is made first, where that remote's
  /// is, and follows it, as `git switch` does. That is one operation: ``undo()`` takes the branch back, too.
  ///
  /// - Throws: ``StoreError/noSuchBranch``, ``StoreError/commitNotBranch(_:)``, ``StoreError/nameTaken`` by a tag,
  ///   ``RemoteError/severalRemotesHave``.
  package func switchTo(branchHereOrOnRemote name: String) throws {
    do {
      try goTo(branchHereOrOnRemote: name)
    } catch StoreError.noSuchBranch where (try? commitID(RevisionExpression(name))) != nil {
      throw StoreError.commitNotBranch(name)
    }
  }

  private func goTo(branchHereOrOnRemote name: String) throws {
    let reference = "refs/heads/" + name
    guard ReferenceStore.isValidBranchName(name), try references.target(of: reference) == nil,
      references.damage(of: reference) == nil
    else { return try switchTo(branch: name) }
    let found = try remotes().compactMap { remote in
      try references.target(of: "refs/remotes/\(remote.name)/\(name)").map { (remote.name, $0) }
    }
    guard found.count <= 1 else {
      throw RemoteError.severalRemotesHave(branch: name, remotes: found.map(\.0))
    }
    guard let (remote, commit) = found.first else { return try switchTo(branch: name) }
    try checkNoNamesake("tag", "refs/tags/", name, .refuse)
    _ = try stack(at: commit)
    try moveHead(to: .symbolic(reference), name, making: commit) {
      try follow(remote, name, from: name)
    }
  }
}
