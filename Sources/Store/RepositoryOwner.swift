internal import Glibc

/// Whose a repository is.
///
/// Its configuration names programs: those that make and check signatures, a pager, what a remote runs. They run as
/// whoever uses the repository, and a repository is found by looking upwards, so that one in a directory where everybody can
/// write is enough. Git refuses those of other people for this reason, and so does the store, by the same rule.
struct RepositoryOwner {
  private let gitDirectory: String
  /// What `safe.directory` calls the repository: the directory with the working tree, where there is one.
  private let directory: String

  init(of repository: GitRepositoryHandle) {
    let path = repository.directory
    gitDirectory = path.hasSuffix("/") && path != "/" ? String(path.dropLast()) : path
    // Not `core.worktree`, which is the repository's own word.
    directory =
      gitDirectory.hasSuffix("/.git") ? String(gitDirectory.dropLast("/.git".count)) : gitDirectory
  }

  /// Refuses a repository of somebody else that the user's own settings do not call safe.
  ///
  /// - Throws: ``GitFailure`` of kind `ownerDiffers`.
  func check(_ environment: GitEnvironment) throws(GitFailure) {
    let user = geteuid()
    let others = [gitDirectory, directory].compactMap(Self.owner).filter {
      !Self.isUser($0, user, environment)
    }
    // Git's own variable, for tests by those who cannot give a file away.
    let isAssumed = GitConfiguration.isTrue(environment.value("GIT_TEST_ASSUME_DIFFERENT_OWNER"))
    guard isAssumed || !others.isEmpty, try !isCalledSafe(environment) else { return }
    throw GitFailure(
      kind: .ownerDiffers, action: "open the repository", subject: directory,
      message: "it belongs to user \(others.first ?? user), and you are user \(user)")
  }

  private static func owner(of path: String) -> uid_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_uid : nil
  }

  /// Root by `sudo` is also who called it.
  private static func isUser(
    _ owner: uid_t, _ user: uid_t, _ environment: GitEnvironment
  ) -> Bool {
    owner == user || (user == 0 && environment.value("SUDO_UID").flatMap { uid_t($0) } == owner)
  }

  /// Whether `safe.directory` says so: of the system, of the user, of the command, never of the repository itself.
  private func isCalledSafe(_ environment: GitEnvironment) throws(GitFailure) -> Bool {
    var isSafe = false
    for entry in try GitConfiguration(for: nil, environment)
      .entries(startingWith: "safe.directory") where entry.name == "safe.directory"
    {
      if entry.value.isEmpty {
        isSafe = false
      } else if names(entry.value, environment) {
        isSafe = true
      }
    }
    return isSafe
  }

  private func names(_ pattern: String, _ environment: GitEnvironment) -> Bool {
    if pattern == "*" { return true }
    var path = pattern
    if path.hasPrefix("~/"), let home = environment.value("HOME") { path = home + path.dropFirst() }
    if path.hasSuffix("/*") { return directory.hasPrefix(path.dropLast()) }
    return directory == (path.hasSuffix("/") ? String(path.dropLast()) : path)
  }
}
