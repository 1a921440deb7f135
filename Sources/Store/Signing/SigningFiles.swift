internal import Files

/// The files that a signing program reads and writes, in a directory that goes with them.
struct SigningFiles {
  private let directory: ScratchDirectory
  private var path: String { directory.path }

  /// Makes the directory where the environment keeps temporary files.
  init(_ environment: GitEnvironment) throws(SigningError) {
    let place = environment.value("TMPDIR") ?? "/tmp"
    do { directory = try ScratchDirectory(in: place, named: "emend-sign-") } catch {
      throw .noTemporaryFiles(directory: place, reason: "\(error)")
    }
  }

  /// Writes a file for the program to read.
  func write(_ bytes: [UInt8], to name: String) throws(SigningError) -> String {
    let file = path + "/" + name
    do { try AtomicFile.write(bytes, to: file) } catch {
      throw .noTemporaryFiles(directory: path, reason: "\(error)")
    }
    return file
  }
}
