internal import Files
internal import FoundationEssentials
internal import Glibc

/// Paths as the user means them.
enum Paths {
  /// Where the command was called.
  static var workingDirectory: String { FileManager.default.currentDirectoryPath }

  /// Refuses a directory that has been removed: what is meant to be there would come to the root of the file system.
  static func requireWorkingDirectory() throws {
    guard workingDirectory.isEmpty else { return }
    throw FileFailure.system(.open, path: ".", code: ENOENT)
  }

  /// An absolute path, for settings that outlive the command.
  static func absolute(_ path: String) -> String {
    let joined = path.hasPrefix("/") ? path : workingDirectory + "/" + path
    return URL(filePath: joined).standardizedFileURL.path
  }

  /// A path as seen from a directory; both absolute.
  static func relative(_ path: String, to directory: String) -> String {
    let target = path.split(separator: "/")
    let origin = directory.split(separator: "/")
    let common = zip(target, origin).prefix { $0 == $1 }.count
    let steps =
      Array(repeating: "..", count: origin.count - common) + target[common...].map(String.init)
    return steps.isEmpty ? "." : steps.joined(separator: "/")
  }
}
