internal import FoundationEssentials
internal import LinearAlgebra
internal import Store
internal import Workflows

extension CommonOptions {
  /// The repository that the command works in: named, or found by walking upwards.
  func openRepository(_ console: Console) throws -> EditRepository {
    let location = try RepositoryLocation.find(
      named: namedRepository(in: console.environment), from: Paths.workingDirectory)
    return try EditRepository(
      opening: location, GitEnvironment(variables: console.environment))
  }

  /// The repository with the means to run its model.
  func openWorkspace(_ console: Console, _ compute: ComputeOptions) throws -> Workspace {
    // Threads work on rows of their own; inside a call, OpenBLAS's would only spin.
    KernelThreads.set(1)
    return Workspace(
      try openRepository(console), workers: Workers(compute.threadCount),
      memory: compute.memoryLimit / 4, progress: console.progress)
  }
}

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

extension RevisionArgument {
  /// As the store resolves it.
  var revision: RevisionExpression { RevisionExpression(expression) }
}
