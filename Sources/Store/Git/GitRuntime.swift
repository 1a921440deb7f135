internal import CGit2

/// Starts libgit2 once in the process, and sets what holds for all repositories.
enum GitRuntime {
  /// Makes sure that libgit2 runs. Cheap after the first call.
  static func start() throws(GitFailure) { try outcome.get() }

  private static let outcome: Result<Void, GitFailure> = {
    do throws(GitFailure) {
      try GitFailure.check(git_libgit2_init(), "start libgit2", "")
      // A commit that was reported must survive a power cut: packs and references are flushed.
      try GitFailure.check(emend_git_use_fsync(1), "set fsync", "")
      // libgit2 would keep every pack open that it has looked into, and a process may have 1,024 files.
      try GitFailure.check(emend_git_limit_open_packs(128), "limit the open packs", "")
      try GitFailure.check(emend_git_verify_hashes(1), "set hash verification", "")
      // `RepositoryOwner` does it for each repository that is opened: libgit2 would look for `safe.directory` in the
      // files that it finds by itself, and knows nothing of the environment that is an argument here.
      try GitFailure.check(emend_git_validate_owner(0), "set owner validation", "")
      // libgit2 would look at HOME by itself. Where the user's configuration lies is an argument
      // (`GitEnvironment`), and only `GitConfiguration` reads it.
      for level in [
        GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
        GIT_CONFIG_LEVEL_PROGRAMDATA,
      ] {
        try GitFailure.check(
          emend_git_set_search_path(level.rawValue, ""), "set search path", "\(level.rawValue)")
      }
      return .success(())
    } catch {
      return .failure(error)
    }
  }()
}
