import Files

extension EditRepository {
  /// Makes a repository in `directory`, with one commit: the base, and no edits.
  ///
  /// It appears whole or not at all.
  /// - Parameter baseName: what a person calls the base; for the commit's message only.
  /// - Parameter configure: makes settings, before anybody can see the repository.
  /// - Throws: ``StoreError/alreadyExists``, ``IdentityError``, ``FileFailure``.
  package static func create(
    in directory: String, base: BaseManifest, named baseName: String,
    _ environment: GitEnvironment, configure: (EditRepository) throws -> Void = { _ in }
  ) throws -> EditRepository {
    let location = try vacancy(in: directory, environment)
    let global = try GitConfiguration(for: nil, environment)
    let branch = global.value("init.defaultBranch").flatMap {
      ReferenceStore.isValidBranchName($0) ? $0 : nil
    }
    let unfinished: AtomicDirectory
    do {
      try makeDirectories(directory)
      unfinished = try AtomicDirectory(creating: location.gitDirectory)
      try fill(unfinished.path, base, baseName, branch ?? "main", environment, configure)
      try unfinished.commit()
    } catch FileFailure.destinationExists {
      throw StoreError.alreadyExists(path: location.gitDirectory)
    }
    return try EditRepository(opening: location, environment)
  }

  /// Where a repository could be made: to be asked before work that would be for nothing.
  /// - Throws: ``StoreError/alreadyExists``, ``IdentityError``.
  @discardableResult
  package static func vacancy(
    in directory: String, _ environment: GitEnvironment
  ) throws -> RepositoryLocation {
    let location = RepositoryLocation(
      gitDirectory: directory + "/" + RepositoryLocation.directoryName)
    guard try fileKind(at: location.gitDirectory) == nil else {
      throw StoreError.alreadyExists(path: location.gitDirectory)
    }
    _ = try Identity(environment, GitConfiguration(for: nil, environment))
    return location
  }

  private static func fill(
    _ path: String, _ base: BaseManifest, _ baseName: String, _ branch: String,
    _ environment: GitEnvironment, _ configure: (EditRepository) throws -> Void
  ) throws {
    try GitRepositoryHandle.createBare(at: path, branch: branch)
    let repository = try EditRepository(
      opening: RepositoryLocation(gitDirectory: path), environment, checking: .own)
    try repository.installConfiguration()
    let start = StackCommit(in: repository)
    start.setBase(base)
    let summary = "emend: start from base " + baseName.split(whereSeparator: \.isNewline).joined()
    _ = try start.record(summary, as: .commit, onto: .unbornBranch)
    try configure(repository)
  }
}
