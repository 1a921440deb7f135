internal import Glibc

/// Gives a file another name on the same file system, in place of what has that name. Not brought to the disk: the
/// caller syncs the directory.
package func moveFile(_ source: String, to destination: String) throws(FileFailure) {
  try systemCall(.replace, destination) { rename(source, destination) }
}
