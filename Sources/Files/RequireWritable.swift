internal import Glibc

/// Refuses a directory that this process may not write to, or whose file system may not be written to.
package func requireWritable(_ directory: String) throws(FileFailure) {
  try systemCall(.create, directory) { access(directory, W_OK) }
}
