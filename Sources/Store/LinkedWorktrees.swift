import Files

/// The working trees that `git worktree add` has put beside a bare repository.
///
/// A branch that one of them is on must not move: its index would fall behind, and the next plain `git commit` there would take
/// the new edits out again. Git refuses that everywhere, too.
struct LinkedWorktrees {
  private static let byteLimit = 1 << 16

  /// The bare repository.
  let gitDirectory: String

  /// The directory of the working tree that is on a branch.
  ///
  /// - Parameter reference: the branch's full name.
  func directory(on reference: String) throws -> String? {
    let place = gitDirectory + "/worktrees"
    guard try fileKind(at: place) == .directory else { return nil }
    for name in try listDirectory(place, .passOver) {
      let entry = "\(place)/\(name)"
      guard line(entry + "/HEAD") == "ref: \(reference)", let link = line(entry + "/gitdir")
      else { continue }
      // What was removed without `git worktree prune` has nothing that could fall behind.
      guard try fileKind(at: link) != nil || fileKind(at: entry + "/locked") != nil else {
        continue
      }
      return link.hasSuffix("/.git") ? String(link.dropLast("/.git".count)) : link
    }
    return nil
  }

  private func line(_ path: String) -> String? {
    guard let bytes = try? readFile(path, limit: Self.byteLimit) else { return nil }
    return String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
  }
}

extension EditRepository {
  /// Refuses to move a branch that a linked working tree is on.
  ///
  /// - Throws: ``StoreError/inWorkingTree(branch:directory:)``.
  func checkMovable(_ reference: String) throws {
    guard let branch = reference.suffix(after: "refs/heads/"),
      let directory = try LinkedWorktrees(gitDirectory: gitDirectory).directory(on: reference)
    else { return }
    throw StoreError.inWorkingTree(branch: branch, directory: directory)
  }
}
