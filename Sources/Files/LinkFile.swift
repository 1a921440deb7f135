internal import Glibc

/// Gives a file a second name: the file itself where `source` is a symbolic link to it. Fails where that name is taken or
/// lies on another file system.
package func linkFile(from source: String, to destination: String) throws(FileFailure) {
  try systemCall(.link, destination) {
    linkat(AT_FDCWD, source, AT_FDCWD, destination, AT_SYMLINK_FOLLOW)
  }
}
