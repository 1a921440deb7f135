internal import Glibc

/// What stands at a path.
package enum FileKind: Sendable {
  case regular
  case directory
  case symbolicLink
  case other

  init(mode: mode_t) {
    self =
      switch mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .other
      }
  }
}

/// What stands at a path, behind symbolic links; `nil` if nothing does.
package func fileKind(at path: String) throws(FileFailure) -> FileKind? {
  var status = stat()
  return try existing(path) { stat(path, &status) } ? FileKind(mode: status.st_mode) : nil
}

/// What stands at a path itself, a symbolic link too; `nil` if nothing does.
func fileKindWithoutFollowing(at path: String) throws(FileFailure) -> FileKind? {
  var status = stat()
  return try existing(path) { lstat(path, &status) } ? FileKind(mode: status.st_mode) : nil
}

private func existing(_ path: String, _ call: () -> Int32) throws(FileFailure) -> Bool {
  do throws(FileFailure) {
    try systemCall(.inspect, path, call)
    return true
  } catch .system(_, _, ENOENT), .system(_, _, ENOTDIR) {
    return false
  }
}
