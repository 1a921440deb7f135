import Diagnostics
import Files

/// A way to reach other repositories: the `git` program, or libgit2.
///
/// Neither decides anything: what is asked for and what is believed is the caller's business.
protocol RemoteTransport {
  /// The references of a repository, and where its `HEAD` points.
  func list(_ remote: RemoteTarget) throws -> RemoteListing

  /// Brings objects into a repository that nobody else looks at, and notes what was asked for in its references.
  ///
  /// - Parameter specifications: as Git writes them, `+refs/heads/*:refs/incoming/*`.
  /// - Parameter tags: which tags come along, under their own names.
  func fetch(
    _ specifications: [String], tags: TagRule, from remote: RemoteTarget,
    into directory: String, progress: any ProgressSink
  ) throws

  /// Moves references of a repository, each only from the value that it is expected to have.
  ///
  /// - Returns: for each name that was not moved, what the other side said.
  func push(
    _ updates: [PushUpdate], to remote: RemoteTarget, progress: any ProgressSink
  ) throws -> [String: String]
}

/// Which tags come along with a fetch.
package enum TagRule: Sendable, Equatable {
  /// Those that name commits which come, or which are here.
  case following
  /// All.
  case all
  /// None.
  case none
}

/// A remote as a transport needs it.
package struct RemoteTarget: Sendable, Equatable {
  /// Its name in the configuration, where it has one.
  package let name: String?
  /// Where it is.
  package let address: RemoteAddress

  /// Puts a name and an address together.
  package init(name: String?, address: RemoteAddress) {
    self.name = name
    self.address = address
  }
}

/// What a repository says of its references.
package struct RemoteListing: Sendable, Equatable {
  /// More than this is nobody's honest repository.
  static let limit = 1 << 18

  /// The objects that references name; tags by their tag objects.
  package private(set) var references: [String: ObjectID] = [:]
  /// The full name of the branch that `HEAD` is on, where it says so.
  package var head: String?
  /// References that cannot be told apart here, as they are shown: their names are not UTF-8, or Unicode holds them to be the
  /// same as another one's.
  package private(set) var unnamable: [String] = []

  /// The branches, without `refs/heads/`, by name. One that is called `HEAD`, as a slip of the hand makes it, is left out: no
  /// repository that follows this one has a place for it.
  package var branches: [String] {
    references.keys.compactMap { $0.suffix(after: "refs/heads/") }.filter { $0 != "HEAD" }.sorted()
  }

  /// Takes note of a reference.
  mutating func add(_ name: some Sequence<UInt8>, _ id: ObjectID) {
    guard let text = String(validating: name, as: UTF8.self), references[text] == nil else {
      unnamable.append(String(decoding: Array(name), as: UTF8.self))
      return
    }
    references[text] = id
  }

  /// Tells of what no fetch of all branches brings.
  func warnOfOddNames(_ progress: any ProgressSink) {
    for name in unnamable {
      progress.warn("left out: \(name), whose name is not UTF-8 or looks like another one's")
    }
    if references["refs/heads/HEAD"] != nil {
      progress.warn(
        "left out: the branch HEAD, a slip of somebody's; `git push REMOTE --delete refs/heads/HEAD` removes it"
      )
    }
  }
}

/// One reference that is to be moved on a remote.
struct PushUpdate: Equatable {
  /// What it is to name; `nil` deletes it.
  let new: ObjectID?
  /// Its full name there.
  let name: String
  /// What it must name now; `nil` when it must not exist.
  let old: ObjectID?
  /// Whether the step may lose commits.
  let isForced: Bool
}

extension EditRepository {
  /// The transport that `emend.transport` asks for: the program where it is installed, by default.
  func transport() throws -> any RemoteTransport {
    try Self.transport(
      choice: configuration().value("emend.transport"), gitDirectory: location.gitDirectory,
      environment)
  }

  /// The references of a remote, as they are now.
  /// - Throws: ``RemoteError``.
  package func list(_ remote: RemoteTarget) throws -> RemoteListing { try transport().list(remote) }

  static func transport(
    choice: String?, gitDirectory: String, _ environment: GitEnvironment
  ) throws -> any RemoteTransport {
    let path = environment.value("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    let program = SpawnedProgram.find("git", path: path)
    switch choice ?? "auto" {
    case "auto":
      if let program {
        return GitProgramTransport(
          program: program, gitDirectory: gitDirectory, environment: environment)
      }
      return LibraryTransport(gitDirectory: gitDirectory, environment: environment)
    case "git":
      guard let program else { throw RemoteError.noPrograms(searched: path) }
      return GitProgramTransport(
        program: program, gitDirectory: gitDirectory, environment: environment)
    case "libgit2":
      return LibraryTransport(gitDirectory: gitDirectory, environment: environment)
    case let other: throw RemoteError.unknownTransport(other)
    }
  }
}
