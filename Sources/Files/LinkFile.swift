internal import Glibc

/// Gives a file a second name. Fails where that name is taken or lies on another file system.
package func linkFile(from source: String, to destination: String) throws(FileFailure) {
  try systemCall(.link, destination) { link(source, destination) }
}
