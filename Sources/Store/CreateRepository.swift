import Files

extension EditRepository {
  /// Makes a repository in `directory`, with one commit: the base, and no edits.
  ///
  /// It appears whole or not at all.
  /// - Parameter baseName: what a person calls the base; for the commit's message only.
  /// - Parameter configure: makes settings, before anybody can see the repository.
  /// - Throws: ``StoreError/alreadyExists``, ``IdentityError``, ``SigningError``, ``FileFailure``.
  package static func create(
    in directory: String, base: BaseManifest, named baseName: String,
    _ environment: GitEnvironment, configure: (EditRepository) throws -> Void = { _ in }
  ) throws -> EditRepository {
    try checkVacancy(in: directory, environment)
    let branch = try GitConfiguration(for: nil, environment).value("init.defaultBranch").flatMap {
      ReferenceStore.isValidBranchName($0) ? $0 : nil
    }
    return try appearing(in: directory, branch: branch ?? "main", environment) { repository in
      let start = StackCommit(in: repository)
      start.setBase(base)
      let name = baseName.split(whereSeparator: \.isNewline).joined()
      _ = try start.record("emend: start from base " + name, as: .commit, onto: .unbornBranch)
      try configure(repository)
    }.repository
  }

  /// Refuses what ``create(in:base:named:_:configure:)`` would refuse: to be asked before work that would be for nothing.
  /// - Throws: ``StoreError/alreadyExists``, ``IdentityError``, ``SigningError``.
  package static func checkVacancy(in directory: String, _ environment: GitEnvironment) throws {
    _ = try vacantPlace(in: directory)
    let configuration = try GitConfiguration(for: nil, environment)
    _ = try Identity(environment, configuration)
    let signing = SigningSettings(configuration, environment)
    if try signing.signsCommits() { _ = try CommitSigner(signing, environment) }
  }

  private static func vacantPlace(in directory: String) throws -> RepositoryLocation {
    let location = RepositoryLocation(
      gitDirectory: directory + "/" + RepositoryLocation.directoryName)
    guard try fileKind(at: location.gitDirectory) == nil else {
      throw StoreError.alreadyExists(path: location.gitDirectory)
    }
    return location
  }

  /// Makes a repository that appears in `directory` when it is filled, or not at all. A directory that was made for it goes with
  /// it.
  ///
  /// - Parameter branch: the one that `HEAD` is on, unborn.
  /// - Parameter fill: is given the repository where nobody sees it.
  /// - Returns: the repository in its place, and what `fill` gave back.
  /// - Throws: ``StoreError/alreadyExists``, ``FileFailure``, what `fill` throws.
  static func appearing<Filled>(
    in directory: String, branch: String, _ environment: GitEnvironment,
    fill: (EditRepository) throws -> Filled
  ) throws -> (repository: EditRepository, filled: Filled) {
    let location = try vacantPlace(in: directory)
    let isNew = try fileKind(at: directory) == nil
    func unseen(at path: String) throws -> EditRepository {
      try GitRepositoryHandle.createBare(at: path, branch: branch)
      let repository = try EditRepository(
        opening: RepositoryLocation(gitDirectory: path), environment, checking: .own)
      try repository.installConfiguration()
      return repository
    }
    do {
      try makeDirectories(directory)
      let unfinished = try AtomicDirectory(creating: location.gitDirectory)
      let filled = try fill(unseen(at: unfinished.path))
      try unfinished.commit()
      return (try EditRepository(opening: location, environment), filled)
    } catch {
      // Only what was made here goes, and only empty.
      if isNew, (try? listDirectory(directory))?.isEmpty == true { try? removeTree(directory) }
      if case FileFailure.destinationExists = error {
        throw StoreError.alreadyExists(path: location.gitDirectory)
      }
      throw error
    }
  }
}
