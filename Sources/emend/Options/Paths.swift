internal import FoundationEssentials

/// Paths as the user means them.
enum Paths {
  /// Where the command was called.
  static var workingDirectory: String { FileManager.default.currentDirectoryPath }

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
