internal import Glibc

/// Makes a directory and those above it that are missing. A directory that is there already is fine, also one that
/// another process makes at the same moment.
package func makeDirectories(_ path: String) throws(FileFailure) {
  do throws(FileFailure) {
    try makeDirectory(path)
  } catch .system(_, _, ENOENT) where parentDirectory(of: path) != path {
    try makeDirectories(parentDirectory(of: path))
    try makeDirectory(path)
  }
}

private func makeDirectory(_ path: String) throws(FileFailure) {
  do throws(FileFailure) {
    try systemCall(.makeDirectory, path) { mkdir(path, 0o777) }
  } catch .system(_, _, EEXIST) {
    guard try fileKind(at: path) == .directory else {
      throw .system(.makeDirectory, path: path, code: EEXIST)
    }
  }
}
