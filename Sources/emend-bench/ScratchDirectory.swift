import Files
import Glibc
import Store

extension ScratchDirectory {
  /// A directory for the files of one measurement.
  convenience init(in parent: String = "/tmp") throws {
    try self.init(in: parent, named: "emend-bench.")
  }

  /// Who records, whatever the machine says.
  static let environment = GitEnvironment(variables: variables)

  /// The variables that say so to Git.
  static let variables = [
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Bench", "GIT_AUTHOR_EMAIL": "b@example.com",
    "GIT_COMMITTER_NAME": "Bench", "GIT_COMMITTER_EMAIL": "b@example.com",
  ]
}

/// What a symbolic link points at.
func readLink(_ path: String) throws -> String {
  var bytes = [UInt8](repeating: 0, count: 4096)
  let count = bytes.withUnsafeMutableBytes { buffer in
    buffer.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, buffer.count) } ?? -1
  }
  guard count > 0 else {
    throw ChildRun.Failure(description: "\(path): \(String(cString: strerror(errno)))")
  }
  return String(decoding: bytes.prefix(count), as: UTF8.self)
}
