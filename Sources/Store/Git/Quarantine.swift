internal import Files

/// What a push has brought and Git has not taken in yet: while a server's `pre-receive` hook decides, objects that came are in a
/// directory of their own, which goes away when the hook refuses them.
///
/// They can be read; written is nothing meanwhile, as Git itself moves no reference then.
struct Quarantine {
  /// The directory of the objects that came.
  let directory: String

  /// The quarantine that this process is to see, where it is one of this repository: of Git's variables only those count.
  init?(of repository: GitRepositoryHandle, _ environment: GitEnvironment) {
    guard let place = environment.value("GIT_QUARANTINE_PATH").flatMap(realPath),
      let objects = realPath(repository.objectsDirectory), place.hasPrefix(objects + "/")
    else { return nil }
    directory = place
  }
}
