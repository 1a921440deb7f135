import Files

/// Where a repository is.
package struct RepositoryLocation: Sendable, Hashable {
  /// The name of a repository's directory beside the user's files.
  package static let directoryName = ".emend"

  /// The Git directory: what `git --git-dir` takes.
  package let gitDirectory: String

  /// Takes the path of a Git directory.
  package init(gitDirectory: String) { self.gitDirectory = gitDirectory }

  /// Finds the repository that a command means.
  ///
  /// - Parameter named: what the user gave with `--repo`, else `EMEND_DIR`: the repository itself or the directory
  ///   that has it; wins over the search.
  /// - Parameter directory: where the search begins; it goes upwards to the root.
  /// - Throws: ``StoreError/notFound`` or, for a name, ``StoreError/notARepository``; ``StoreError/incomplete(path:)`` where the
  ///   search comes to a directory of ours that is none: another repository above it is not the one that is meant.
  package static func find(named: String?, from directory: String) throws -> RepositoryLocation {
    if let named {
      for candidate in [named + "/" + directoryName, named] where try isGitDirectory(candidate) {
        return RepositoryLocation(gitDirectory: candidate)
      }
      // A clone made by plain Git, with a working tree: it can be read.
      if try isGitDirectory(named + "/.git") {
        return RepositoryLocation(gitDirectory: named + "/.git")
      }
      throw StoreError.notARepository(path: named)
    }
    var place = directory
    while true {
      let candidate = (place == "/" ? "" : place) + "/" + directoryName
      if try isGitDirectory(candidate) { return RepositoryLocation(gitDirectory: candidate) }
      if try fileKind(at: candidate) == .directory {
        throw StoreError.incomplete(path: candidate)
      }
      guard let slash = place.lastIndex(of: "/"), place != "/" else { break }
      place = slash == place.startIndex ? "/" : String(place[..<slash])
    }
    throw StoreError.notFound(searched: directory)
  }

  private static func isGitDirectory(_ path: String) throws -> Bool {
    try fileKind(at: path + "/HEAD") == .regular && fileKind(at: path + "/objects") == .directory
  }

  /// Where what is not history is kept: the lock and the cache.
  package var privateDirectory: String { gitDirectory + "/emend" }
  /// The lock of those who write.
  var lockFile: String { privateDirectory + "/lock" }
  /// Rebuildable things.
  package var cacheDirectory: String { privateDirectory + "/cache" }
}
