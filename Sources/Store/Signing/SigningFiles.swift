internal import Files
internal import Glibc

/// A directory of one's own for the files that a signing program reads and writes; gone when this is.
final class SigningFiles {
  let path: String

  /// Makes the directory where the environment keeps temporary files.
  init(_ environment: GitEnvironment) throws(SigningError) {
    let place = environment.value("TMPDIR") ?? "/tmp"
    var template = Array((place + "/emend-sign-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else {
      throw .noTemporaryFiles(directory: place, reason: String(cString: strerror(errno)))
    }
    path = String(cString: made)
  }

  deinit { try? removeTree(path) }

  /// Writes a file for the program to read.
  func write(_ bytes: [UInt8], to name: String) throws(SigningError) -> String {
    let file = path + "/" + name
    do { try AtomicFile.write(bytes, to: file) } catch {
      throw .noTemporaryFiles(directory: path, reason: "\(error)")
    }
    return file
  }
}
