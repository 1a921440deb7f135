internal import Checkpoint

/// Rewrites a commit's tree with the real git, so that all of Git's own ids are right and only emend's can tell.
package struct TamperedTree {
  /// On the repository.
  package let git: ReferenceGit
  private let index: TemporaryDirectory
  private var environment: [String: String] { ["GIT_INDEX_FILE": index["index"]] }

  /// Begins with what a revision has.
  package init(_ gitDirectory: String, from revision: String = "HEAD") throws {
    git = try ReferenceGit(gitDirectory)
    index = try TemporaryDirectory()
    try run("read-tree", revision)
  }

  /// Git said something else than expected, or there is no such path.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Runs Git on the tree; gives the first line of what it prints.
  @discardableResult
  package func run(_ arguments: String..., input: [UInt8] = []) throws -> String {
    try lines(arguments, input: input).first ?? ""
  }

  private func lines(_ arguments: [String], input: [UInt8] = []) throws -> [String] {
    let outcome = try git.run(arguments, input: input, environment: environment)
    guard outcome.status == 0 else {
      throw Failure(description: "git \(arguments): \(outcome.errors)")
    }
    return outcome.lines
  }

  /// The paths that there are, or those in a folder.
  package func paths(in folder: String? = nil) throws -> [String] {
    try lines(["ls-files"] + (folder.map { [$0] } ?? []))
  }

  /// The first path that contains something.
  package func path(containing part: String) throws -> String {
    guard let path = try paths().first(where: { $0.contains(part) }) else {
      throw Failure(description: "no path with \(part)")
    }
    return path
  }

  /// The bytes at a path.
  package func read(_ path: String) throws -> [UInt8] {
    let outcome = try git.run(
      ["cat-file", "blob", ":" + path], environment: environment, to: index["blob"])
    guard outcome.status == 0 else { throw Failure(description: "\(path): \(outcome.errors)") }
    return try index.read("blob")
  }

  /// Puts bytes at a path.
  package func write(_ bytes: [UInt8], to path: String) throws {
    let blob = try run("hash-object", "-w", "--stdin", input: bytes)
    try run("update-index", "--add", "--cacheinfo", "100644,\(blob),\(path)")
  }

  /// Takes a path out.
  package func remove(_ path: String) throws {
    let line = "0 \(String(repeating: "0", count: 40))\t\(path)\n"
    try run("update-index", "--index-info", input: Array(line.utf8))
  }

  /// Moves what is in a folder to another.
  package func move(_ folder: String, to other: String) throws {
    for path in try paths(in: folder) {
      try write(read(path), to: other + path.dropFirst(folder.count))
      try remove(path)
    }
  }

  /// Changes an edit's manifest, and moves the edit to where that puts it.
  package func rewriteManifest(in folder: String, _ change: (String) -> String) throws {
    let manifest = Array(
      change(String(decoding: try read(folder + "/edit.json"), as: UTF8.self)).utf8)
    try write(manifest, to: folder + "/edit.json")
    try move(folder, to: Self.folder(ofEdit: Digest(of: manifest).hexadecimal))
  }

  /// Where an edit lies.
  package static func folder(ofEdit id: String) -> String {
    "edits/\(id.prefix(2))/\(id.dropFirst(2))"
  }

  /// Commits what is there now, and moves a reference there.
  ///
  /// - Parameters:
  ///   - parent: the commit that it stands on.
  ///   - reference: what is moved.
  ///   - tree: another tree than this.
  /// - Returns: the commit's id.
  @discardableResult
  package func commit(
    _ message: String = "Tampered", on parent: String = "HEAD", as reference: String = "HEAD",
    tree: String? = nil
  ) throws -> String {
    let commit = try run(
      "commit-tree", "-p", parent, "-m", message, tree ?? run("write-tree"))
    try run("update-ref", reference, commit)
    return commit
  }
}
