internal import CGit2

/// Owns one `git_repository`.
///
/// Not `Sendable`: a handle, and everything made from it, is used by one thread at a time. Two threads
/// open two handles. What reads from it keeps it alive.
final class GitRepositoryHandle {
  let raw: OpaquePointer
  /// The directory that holds `HEAD` and `objects`, with a slash at its end.
  let directory: String
  /// Where objects and packs are.
  let objectsDirectory: String
  /// Whether there is no working tree.
  let isBare: Bool

  /// Refuses a history that is cut off. What lies at one commit can be had all the same.
  ///
  /// - Throws: ``StoreError/shallow(path:)``.
  func requireWholeHistory() throws {
    guard git_repository_is_shallow(raw) != 1 else { throw StoreError.shallow(path: directory) }
  }

  /// Opens the repository whose Git directory (or working tree) is at `path`, without looking further up.
  init(opening path: String) throws(GitFailure) {
    try GitRuntime.start()
    var opened: OpaquePointer?
    try GitFailure.check(
      git_repository_open_ext(
        &opened, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil),
      "open the repository", path)
    guard let opened else { throw .nothingReturned("open the repository", path) }
    raw = opened
    directory = git_repository_path(opened).map { String(cString: $0) } ?? path
    objectsDirectory =
      (git_repository_commondir(opened).map { String(cString: $0) } ?? directory) + "objects"
    isBare = git_repository_is_bare(opened) == 1
  }

  /// Makes a bare repository at `path`, whose `HEAD` names a branch without commits.
  static func createBare(at path: String, branch: String) throws(GitFailure) {
    try GitRuntime.start()
    var options = git_repository_init_options()
    try GitFailure.check(
      git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION)),
      "prepare the repository", path)
    options.flags =
      GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKDIR.rawValue
      | GIT_REPOSITORY_INIT_NO_REINIT.rawValue
    var created: OpaquePointer?
    let code = branch.withCString { name in
      options.initial_head = name
      return git_repository_init_ext(&created, path, &options)
    }
    try GitFailure.check(code, "create the repository", path)
    git_repository_free(created)
  }

  deinit { git_repository_free(raw) }
}
